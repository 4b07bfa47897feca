"""China's customs as the duty guarantee knows them: who is insured, and for which uses of a guarantee."""

import re
from collections.abc import Mapping

from hub.contract.text import Text

REGISTRATION = re.compile(r"[0-9]{4}[0-9A-Z]{6}")
"""An enterprise's code at customs (海关注册编码, 海关十位)."""

OFFICES: Mapping[str, Text] = {
    code: Text(f"{zh}海关", f"{en} Customs")
    for code, zh, en in (
        ("0100", "北京", "Beijing"), ("0200", "天津", "Tianjin"), ("0400", "石家庄", "Shijiazhuang"),
        ("0500", "太原", "Taiyuan"), ("0600", "满洲里", "Manzhouli"), ("0700", "呼和浩特", "Hohhot"),
        ("0800", "沈阳", "Shenyang"), ("0900", "大连", "Dalian"), ("1500", "长春", "Changchun"),
        ("1900", "哈尔滨", "Harbin"), ("2200", "上海", "Shanghai"), ("2300", "南京", "Nanjing"),
        ("2900", "杭州", "Hangzhou"), ("3100", "宁波", "Ningbo"), ("3300", "合肥", "Hefei"),
        ("3500", "福州", "Fuzhou"), ("3700", "厦门", "Xiamen"), ("4000", "南昌", "Nanchang"),
        ("4200", "青岛", "Qingdao"), ("4300", "济南", "Jinan"), ("4600", "郑州", "Zhengzhou"),
        ("4700", "武汉", "Wuhan"), ("4900", "长沙", "Changsha"), ("5100", "广州", "Guangzhou"),
        ("5200", "黄埔", "Huangpu"), ("5300", "深圳", "Shenzhen"), ("5700", "拱北", "Gongbei"),
        ("6000", "汕头", "Shantou"), ("6400", "海口", "Haikou"), ("6700", "湛江", "Zhanjiang"),
        ("6800", "江门", "Jiangmen"), ("7200", "南宁", "Nanning"), ("7900", "成都", "Chengdu"),
        ("8000", "重庆", "Chongqing"), ("8300", "贵阳", "Guiyang"), ("8600", "昆明", "Kunming"),
        ("8800", "拉萨", "Lhasa"), ("9000", "西安", "Xi'an"), ("9400", "乌鲁木齐", "Urumqi"),
        ("9500", "兰州", "Lanzhou"), ("9600", "银川", "Yinchuan"), ("9700", "西宁", "Xining"),
    )
}  # fmt: skip
"""The 42 directly subordinate customs (直属海关) by their code in the table 关区代码."""


def insured(registered: str, declared: str) -> Text:
    """Whom a guarantee is given to: the customs of registration, and of declaration where that is another."""
    offices = [OFFICES[code] for code in dict.fromkeys((registered, declared))]
    return Text("、".join(row.zh for row in offices), " and ".join(row.en for row in offices))


INSURED: Mapping[str, Text] = {said.zh: said for one in OFFICES for other in OFFICES for said in [insured(one, other)]}
"""What may stand in a message as the insured, in both languages."""

USES: Mapping[str, Text] = {
    "SUMMARY": Text("汇总征税担保", "Summary collection of duties"),
    "PERIOD": Text("纳税期限担保", "Period for payment"),
    "ELEMENTS": Text("征税要素担保", "Elements of the assessment"),
}
"""What one policy may guarantee (使用类型; customs notice 2021 no. 100)."""
PER_DECLARATION = ("PERIOD", "ELEMENTS")
"""Uses in which single declarations may be guaranteed; a summary collection guarantees all of its time."""
