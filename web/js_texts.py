"""The texts of the browser side. The shell renders both tables as JSON, key -> text in the page's language:

``<template id="js-texts">`` from JS_TEXTS and ``<template id="card-texts">`` from CARD_TEXTS. ``{name}`` is filled in
by the modules of ``static/js``; they hold no words of their own.
"""

from collections.abc import Mapping

from hub.contract.card import CardFault
from hub.contract.text import Text

JS_TEXTS: Mapping[str, Text] = {
    # workspace
    "home": Text("首页", "Home"),
    "close_tab": Text("关闭 {title}", "Close {title}"),
    "unsaved": Text("有未保存内容", "has unsaved changes"),
    "unsaved_question": Text("“{title}”有未保存内容，是否保存？", "'{title}' has unsaved changes. Save them?"),
    "save": Text("保存", "Save"),
    "discard": Text("不保存", "Do not save"),
    "cancel": Text("取消", "Cancel"),
    "reading_left": Text("请阅读，{n} 秒后可关闭", "Please read: close in {n} s"),
    "confirm": Text("确认", "Confirm"),
    "please_confirm": Text("请确认", "Please confirm"),
    "close": Text("关闭", "Close"),
    "yes": Text("是", "Yes"),
    "no": Text("否", "No"),
    "next_step": Text("下一步", "Next"),
    "previous_step": Text("上一步", "Back"),
    "nothing_chosen": Text("请选择要支付的业务", "Choose what is to be paid"),
    "chosen_sum": Text("已选 {n} 笔，合计 {sum}", "{n} chosen, {sum} in all"),
    "too_many_tabs": Text("最多打开 {n} 个选项卡，请先关闭一个", "At most {n} tabs can be open: close one first"),
    "error_title": Text("错误：", "Error: "),
    "load_failed": Text("页面未能载入，请重试", "The page could not be loaded: try again"),
    "send_unknown": Text(
        "未收到系统的答复，无法确定是否已提交。请先查看记录的状态，不要重复提交",
        "No answer came: it is not known whether this was handed in. Look at the record's status before trying again",
    ),
    "retry": Text("重试", "Try again"),
    "session_over": Text(
        "登录已失效，请重新登录。已自动保存的内容不会丢失",
        "Your session has ended: log in again. Saved drafts are kept",
    ),
    "login_again": Text("重新登录", "Log in again"),
    "offline": Text("网络已断开，内容尚未保存", "You are offline: changes are not saved yet"),
    # keyboard
    "enter_hint": Text("按回车键跳到下一项", "Enter moves to the next field"),
    "key_enter": Text("下一项；选中下拉框中的高亮值", "Next field; takes the highlighted value of a list"),
    "key_shift_enter": Text("上一项", "Previous field"),
    "key_ctrl_enter": Text("在多行文本中换行", "New line in a text of several lines"),
    "key_ctrl_end": Text("切换到表单的下一区域", "Next region of the form"),
    "key_arrows": Text("在下拉框中选择", "Choose in an open list"),
    "key_space": Text("打开下拉框", "Open the list"),
    "key_save": Text("暂存", "Save the draft"),
    "key_delete": Text("删除（先询问）", "Delete (asks first)"),
    "key_print": Text("打印", "Print"),
    "key_delete_tab": Text("关闭选项卡（焦点在选项卡上时）", "Close the tab (when the focus is on it)"),
    # entry
    "autosaved": Text("已于 {time} 自动保存", "Saved automatically at {time}"),
    "saved": Text("已暂存", "Draft saved"),
    "save_failed": Text("未能保存，稍后自动重试", "Could not be saved; it will be tried again"),
    "draft_conflict": Text(
        "此记录已在别处修改，未覆盖。请刷新后核对再填写",
        "This record was changed elsewhere and was not overwritten. Reload it and compare",
    ),
    "required": Text("此项必填", "This is required"),
    "malformed": Text("格式有误", "The format is wrong"),
    # uploads
    "upload_waiting": Text("等待上传", "Waiting"),
    "upload_interrupted": Text("连接中断，将自动续传", "Interrupted; it goes on by itself"),
    "upload_failed": Text("未能上传，请刷新页面后重试", "Could not be uploaded: reload the page and try again"),
    "upload_too_large": Text("文件超过{mb}MB，请压缩或拆分后上传", "Over {mb} MB: compress or split the file"),
    "upload_running": Text("附件正在上传，请等待完成或取消", "Files are being uploaded: wait, or cancel them"),
    # several rows
    "choose_rows": Text("勾选记录后可一并办理", "Tick rows to act on several at once"),
    "chosen": Text("已选 {n} 条", "{n} chosen"),
    "sum_of": Text("{what}合计 {amount} {unit}", "{what} {unit} {amount} in all"),
    "list_mark": Text("，", ", "),
    "not_for_all": Text("所选记录中有的不能这样办理：{rows}", "Not possible for {rows}"),
    "count": Text("已输入 {n}/{most} 字", "{n} of {most} characters"),
    # combobox
    "not_listed": Text("请从列表中选择", "Choose one of the list"),
    "no_match": Text("没有找到匹配的记录", "No match"),
    # card and signing
    "card_blocks": Text(
        "{text}。可继续填写，恢复后才能签署提交", "{text}. You can go on typing, but not sign or submit"
    ),
    "sign_certificate": Text("使用证书", "Certificate"),
    "sign_holder": Text("{label}（有效至 {date}）", "{label} (valid until {date})"),
    "pin_required": Text("请输入卡密码", "Enter the card's PIN"),
    "pin_in_window": Text(
        "请在读卡程序的窗口中核对内容、输入卡密码", "Check the content and type the PIN in the card agent's window"
    ),
    "pin_wrong": Text("密码错误，还可尝试 {n} 次", "Wrong PIN, {n} tries left"),
    "factory_pin": Text("请尽快修改初始卡密码", "Change the card's factory PIN soon"),
    # documents
    "maximise": Text("放大", "Maximise"),
    "restore": Text("还原", "Restore"),
    "pdf_title": Text("单证预览", "Document"),
}

CARD_TEXTS: Mapping[str, Text] = {
    "UNKNOWN": Text("正在检测…", "Looking for the card…"),
    "AGENT_MISSING": Text("未安装控件", "The card agent is not installed or not running"),
    "AGENT_STOPPED": Text("读卡程序未启动", "The card agent is not running"),
    "AGENT_BLOCKED": Text("浏览器未授权访问本机读卡程序", "The browser does not allow access to the card agent"),
    "NOT_ALLOWED": Text("本机读卡程序尚未允许此网站", "This PC's card agent has not allowed this site yet"),
    "NO_CARD": Text("未检测到卡，请检查是否正常接入IC卡", "No card found: check that the IC card is plugged in"),
    "CARD_PRESENT": Text("已接入", "Card plugged in"),
    "CARD_MISMATCH": Text("IC卡与当前登录人员不符", "The IC card is not the one logged in with"),
    "PIN_REQUIRED": Text("待输入密码", "Waiting for the PIN"),
    "SIGNING": Text("签名中", "Signing"),
    "PIN_ERROR": Text("密码错误，还可尝试 {tries_left} 次", "Wrong PIN, {tries_left} tries left"),
    "PIN_LOCKED": Text("卡已锁定", "The card is locked"),
    "CERT_INVALID": Text("证书已过期或无效", "The certificate has expired or is not valid"),
    "POPUP": Text(
        "浏览器拦截了读卡程序的窗口，请允许本站弹出窗口后再点一次",
        "The browser has blocked the card agent's window: allow pop-ups of this site, then click again",
    ),
    "PROMPT": Text(
        "浏览器将询问是否允许访问本机读卡程序，请点“允许”",
        "The browser will ask to reach the card agent: choose 'Allow'",
    ),
    CardFault.SILENT.name: CardFault.SILENT.value,
}
