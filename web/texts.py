"""The words of the templates. Chinese stands in the templates themselves and is the key; this is its English.

``{{ _("查询") }}`` reads a row here when the page is English. A test compares the rows with the templates, both ways.
Texts that belong to the business (states, actions, fields, forms) are ``Text(zh, en)`` where they are declared.
"""

from collections.abc import Mapping

ENGLISH: Mapping[str, str] = {
    # everywhere
    "：": ": ",
    "、": ". ",
    "，": ": ",
    "。": ". ",
    "测试模式": "Test mode",
    "由模拟系统应答，不产生真实业务": " – answered by a simulator, nothing is real",
    "首页": "Home",
    "错误：": "Error: ",
    "跳到主要内容": "Skip to the main content",
    "主菜单": "Main menu",
    "当前位置": "You are here",
    "帮助": "Help",
    "登录": "Log in",
    "退出": "Log out",
    "返回": "Back",
    "返回首页": "Home page",
    "返回列表": "Back to the list",
    "确定": "OK",
    "确认": "Confirm",
    "取消": "Cancel",
    "关闭": "Close",
    "继续": "Continue",
    "刷新": "Reload",
    "重试": "Try again",
    "是": "Yes",
    "否": "No",
    "更多": "More",
    "新建": "New",
    "下一级": "Next level",
    "请选择": "Please choose",
    "选择接收方": "Choose the receiver",
    "请选择接收方": "To whom shall it go?",
    "保存后自动生成": "Given when it is saved",
    "{action}已完成": "{action}: done",
    "已暂存": "Draft saved",
    "操作": "Actions",
    "状态": "Status",
    "产品": "Product",
    "单号": "Number",
    "类别": "Kind",
    "编号": "Reference",
    "项目": "Item",
    "版本 {version}": "Version {version}",
    "有效期至 {date}": "valid until {date}",
    "刚刚": "just now",
    "{n} 分钟": "{n} min",
    "{n} 小时": "{n} h",
    "{n} 天": "{n} d",
    # shell
    "按单号查找": "Find by number",
    "申请号 / 保单号": "Any number",
    "卡": "Card",
    "法人卡": "Card",
    "操作员卡": "Card",
    "法人": "Legal person",
    "操作员": "Operator",
    "运营人员": "Hub operator",
    "登录人": "Logged in",
    "证书有效期至": "Certificate until",
    "通知": "Notices",
    "{n} 条未读通知": "{n} unread notices",
    "{n} 项待处理": "{n} waiting for you",
    "收起或展开菜单": "Fold or unfold the menu",
    "已打开的页面": "Open pages",
    "向左滚动选项卡": "Scroll the tabs left",
    "向右滚动选项卡": "Scroll the tabs right",
    "关闭操作": "Close…",
    "关闭当前选项卡": "Close this tab",
    "关闭其他选项卡": "Close other tabs",
    "关闭全部选项卡": "Close all tabs",
    "快捷键": "Shortcuts",
    "按键": "Key",
    "作用": "What it does",
    "大字模式": "Larger type",
    "标准模式": "Normal type",
    "登录即将超时": "Your session is about to end",
    "长时间没有操作，2 分钟后将自动退出。已填写的内容会保存为草稿。": (
        "Nothing has happened for a while: you will be logged out in 2 minutes. What you typed is kept as a draft."
    ),
    "请先登录": "Please log in",
    "登录已超时或尚未登录。重新登录后会回到刚才的页面，已暂存的内容还在。": (
        "You are not logged in, or the session has ended. You come back to this page after the login; drafts are kept."
    ),
    # card and signature
    "用卡签名": "Sign with the card",
    "用卡签名：{what}": "Sign with the card: {what}",
    "签署内容": "You sign",
    "接收方": "Receiver",
    "内容摘要": "Digest",
    "卡密码": "Card PIN",
    "密码只在本机读卡程序中使用，不会上传。": "The PIN is used by the card agent on this computer only and never sent.",
    # login
    "企业与信用保险公司之间的一扇窗：收到待确认保单、确认投保、查看结果、收悉保单，都在这里。": (
        "The window between exporters and their credit insurer: offers, confirmations, results and policies, all here."
    ),
    "插入卡介质": "Plug in your card",
    "IC卡、IKey 或 U盾，法人卡或操作员卡": "IC card, IKey or USB shield; legal person or operator",
    "输入卡密码": "Enter the card's PIN",
    "密码只在本机读卡程序中使用，不会上传": "It is used on this computer only and never sent",
    "卡在本机签名，登录完成": "The card signs, and you are in",
    "网站只收到签名和证书，五分钟内有效，只能用一次": (
        "The site gets the signature and the certificate only: good for five minutes, once"
    ),
    "您已安全退出。": "You have logged out.",
    "卡介质": "Card",
    "使用的卡": "Card",
    "本系统需使用卡介质登录": "This system needs a login with a card",
    "已填写的内容会保存为草稿。退出后插入卡，用卡登录即可继续。": (
        "What you typed is kept as a draft. Log out, plug the card in, log in with it and go on."
    ),
    "退出并用卡登录": "Log out and use the card",
    "在所有地方退出": "Log out everywhere",
    "登录方式": "Ways to log in",
    "用户名密码": "Password",
    "用户名": "User name",
    "密码": "Password",
    "验证码": "Code",
    "图中为五位数字；看不清可播放语音": "Five digits in a picture; you can have them spoken",
    "语音验证码（英语数字）": "The code spoken, in English",
    "签署协议等操作仍需插入绑定的卡。保险服务系统必须用卡登录。": (
        "Acts such as signing an agreement still need your card. Insurance services need a login with the card."
    ),
    "读卡程序未启动": "The card agent is not running",
    "此电脑已安装读卡程序，但现在没有运行。请启动它，本页会自动继续。": (
        "The card agent is installed on this PC but not running. Start it; this page goes on by itself."
    ),
    "在读卡程序自己的窗口中输入，网页看不到，也不会上传": (
        "Typed in the card agent's own window: no page sees it and it is never uploaded"
    ),
    "输错会消耗卡的尝试次数，次数用完卡会锁定。": (
        "A wrong PIN uses up one of the card's tries; without tries it locks."
    ),
    "卡登录需要浏览器启用 JavaScript。": "The login with a card needs JavaScript.",
    "等待读卡程序…": "Waiting for the card agent…",
    "未检测到读卡程序": "The card agent is not found",
    "请先安装并启动读卡程序，本页会自动继续。": "Install and start the card agent; this page then goes on by itself. ",
    "下载控件": "Download the card agent",
    "安装读卡程序": "Install the card agent",
    "为什么需要读卡程序": "Why a card agent",
    "卡插在您的电脑上，网页不能直接读卡。": "The card is in your computer, and a web page cannot read it. ",
    "读卡程序在本机运行，只接受本系统页面的请求，用卡签名；卡密码不离开本机。": (
        "The card agent runs on your computer, listens to this portal's pages only and has the card sign; the PIN "
        "never leaves your computer."
    ),
    "安装与启动": "Install and start it",
    "安装卡的驱动": "Install the card's driver",
    "由卡或读卡器的制造商提供，请咨询您的卡介质制造商。": "It comes from the maker of the card or of the reader.",
    "启动读卡程序": "Start the card agent",
    "回到登录页": "Return to the login",
    "浏览器询问是否允许访问本机设备时，请选择允许。": ("When the browser asks to reach local devices, choose “Allow”."),
    "浏览器未允许访问读卡程序": "The browser does not allow access to the card agent",
    "读卡程序已安装，但浏览器拒绝了访问。请点击地址栏左侧的图标，将“本地网络访问”改为允许，然后刷新本页。": (
        "The agent is installed, but the browser blocks it. Click the icon left of the address, allow “local network "
        "access” and reload this page."
    ),
    "请检查是否正常接入IC卡": "Check that the IC card is plugged in",
    "插入卡或 IKey，使用读卡器的请检查连线。插好后本页会自动识别。": (
        "Plug in the card or IKey and check the reader's cable. This page notices by itself."
    ),
    # home
    "办理业务前，请核对企业信息": "Please check your company before you start",
    "企业名称": "Enterprise",
    "统一社会信用代码": "Unified social credit code",
    "组织机构代码": "Organisation code",
    "登录身份": "Logged in as",
    "如有误，请先在单一窗口企业资料中更正，或致电": (
        "If something is wrong, correct it in the Single Window's company data first, or call"
    ),
    "信息无误": "This is right",
    "信用保险服务中心": "Credit insurance centre",
    "前往{page}": "Go to: {page}",
    "待您处理": "Waiting for you",
    "已等待": "Since",
    "没有需要您处理的事项": "Nothing is waiting for you",
    "最新通知": "Latest notices",
    "还没有通知": "No notices yet",
    "未读": "Unread",
    "全部标为已读": "Mark all as read",
    # lists
    "服务介绍": "About the service",
    "待确认保单提示信息": "Offers to confirm",
    "办理步骤": "Steps",
    "列表": "Lists",
    "全部": "All",
    "{label}起": "{label} from",
    "{label}止": "{label} to",
    "查询": "Search",
    "重置": "Reset",
    "重置条件": "Reset the filters",
    "最近更新": "Updated",
    "刷新列表": "Reload the list",
    "该页已失效，已回到第一页": "That page is no longer valid: this is the first one",
    "{label}：{state}，查看状态记录": "{label}: {state}, see the records",
    "续转": "Renewal",
    "查看详情": "Details",
    "未查询到数据": "Nothing found",
    "没有找到匹配的记录": "No record matches",
    "显示第 {first} 到第 {last} 条记录，总共 {total} 条记录": "Showing {first} to {last} of {total} records",
    "每页": "Per page",
    "翻页": "Pages",
    "首页|翻页": "First",
    "上一页": "Previous",
    "下一页": "Next",
    "末页": "Last",
    "第 {n} 页": "Page {n}",
    "查询结果": "Search results",
    "合作机构": "Partner",
    "请输入完整的申请号或保单号。": "Enter a whole application or policy number.",
    # objects
    "单证列表": "Documents",
    "序号": "No.",
    "单证名称": "Document",
    "来源": "From",
    "接收时间": "Received",
    "查看单证": "View",
    "下载": "Download",
    "打印": "Print",
    "暂无单证": "No documents yet",
    "状态记录": "Status records",
    "暂无记录": "No records yet",
    "迟到": "late",
    "报文号": "Message no.",
    "放大": "Enlarge",
    "接下来": "What happens next",
    "更新时间": "Updated",
    "有结果时会通知您，也可随时在列表中查看状态记录。": (
        "You will get a notice when there is a result, and can look at the status records at any time."
    ),
    # forms
    "企业信息": "Enterprise",
    "灰色项由系统自动返填，不可修改": "Grey fields are filled in by the system",
    "主要联系人": "Main contact",
    "为必填项": "required",
    "投保声明": "Declaration",
    "退回原因": "Reason for the return",
    "有 {n} 处需要修改": "{n} things to correct",
    "填写内容每 30 秒自动保存": "What you type is saved every 30 seconds",
    "已于 {time} 保存": "Saved at {time}",
    "暂存": "Save draft",
    "是否确认提交?": "Submit this?",
    "记录已被他人修改": "The record was changed by somebody else",
    "在您填写期间，{number} 已被他人修改或状态已变化。请比较后选择，您填写的内容没有丢失。": (
        "While you were typing, {number} was changed by somebody else or its status moved on. Compare and choose: what "
        "you typed is not lost."
    ),
    "两份内容": "Both versions",
    "您填写的": "Yours",
    "现在保存的": "As it stands",
    "采用现在保存的": "Take what stands",
    "以我填写的为准，继续编辑": "Take mine and go on editing",
    # service pages
    "由保险公司提供": "Supplied by the insurer",
    "登录后办理": "Log in to apply",
}
