"""Makes the workbooks beside it, as people fill them in. Needs openpyxl (`pip install openpyxl`); run: python3 make.py"""
from datetime import date
from pathlib import Path

from openpyxl import Workbook

HERE = Path(__file__).parent
MEMBER = ["*姓名", "*公民身份号码", "*性别", "*民族", "*出生日期", "*学历", "*所在党支部", "党小组", "*人员类别", "*加入党组织日期",
          "转为正式党员日期", "*工作岗位", "*手机号", "*党籍状态", "*是否失联", "*是否流动党员", "备注"]
ORGANISATION = ["*组织全称", "*组织简称", "上级组织简称", "*组织类别", "组织代码", "*成立日期", "*所在单位情况", "*单位性质类别", "*行政区划", "*联系人", "*联系电话"]
NOTE = ["*姓名", "*公民身份号码", "*标题", "学习内容", "*正文", "*发布日期"]
WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
FIRST, SECOND = "装卸作业区党支部", "港口机关党支部"


def id_number(born: date, order: int) -> str:
    body = f"350102{born:%Y%m%d}{order:03d}"
    return body + "10X98765432"[sum(int(digit) * weight for digit, weight in zip(body, WEIGHTS)) % 11]


def member(name: str, born: date, order: int, branch: str, **other) -> dict:
    sex = "男" if order % 2 else "女"
    line = {"姓名": name, "公民身份号码": id_number(born, order), "性别": sex, "民族": "汉族", "出生日期": born, "学历": "大学本科毕业",
            "所在党支部": branch, "人员类别": "正式党员", "加入党组织日期": date(2015, 6, 20), "转为正式党员日期": date(2016, 6, 20),
            "工作岗位": "公有制企业管理人员", "手机号": f"1390591{order:04d}", "党籍状态": "正常", "是否失联": "否", "是否流动党员": "否"}
    return {**line, **other}


def organisation(name: str, above: str, kind: str, **other) -> dict:
    line = {"组织全称": f"中共{name}", "组织简称": name, "上级组织简称": above, "组织类别": kind, "成立日期": date(2019, 7, 1),
            "所在单位情况": "与上级党组织相同", "单位性质类别": "国有经济控制", "行政区划": "350102", "联系人": "林志远", "联系电话": "0591-87654321"}
    return {**line, **other}


def write(file: str, title: str, titles: list[str], lines: list[dict]) -> None:
    book = Workbook()
    sheet = book.active
    sheet.title = title
    sheet.append([title])
    sheet.append(titles)
    for line in lines:
        sheet.append([line.get(title.lstrip("*")) for title in titles])
    for cell in (cell for row in sheet.iter_rows(min_row=3) for cell in row if isinstance(cell.value, date)):
        cell.number_format = "yyyy-mm-dd"
    book.save(HERE / file)


right = [
    member("林晓燕", date(1985, 3, 8), 102, FIRST),
    member("陈志强", date(1979, 11, 23), 215, FIRST, 备注="原装卸二队"),
    member("郑海波", date(1990, 1, 1), 317, SECOND),
    member("黄秀英", date(1968, 7, 1), 428, SECOND, 转为正式党员日期="2016.06.20"),
    member("吴建国", date(1972, 10, 1), 531, FIRST),
]
wrong = [dict(line) for line in right]
wrong[1]["公民身份号码"] = wrong[1]["公民身份号码"][:17] + ("1" if wrong[1]["公民身份号码"][17] != "1" else "2")
wrong[2]["所在党支部"] = "港口机关支部"
wrong[2]["民族"] = "汉"
wrong[3]["手机号"] = "1390591042"

write("members-with-faults.xlsx", "党员信息", MEMBER, wrong)
write("members.xlsx", "党员信息", MEMBER, right)
# The number of before 1999 has fifteen digits.
write("members-old-number.xlsx", "党员信息", MEMBER, [{**right[0], "公民身份号码": right[0]["公民身份号码"][:6] + right[0]["公民身份号码"][8:17]}])
write("members-all-wrong.xlsx", "党员信息", MEMBER, [wrong[1], wrong[3]])

TOP = "中共滨海市港口集团有限公司委员会"
tree = [
    organisation("装卸公司党总支", TOP, "党总支"),
    organisation("装卸一队党支部", "装卸公司党总支", "党支部"),
    organisation("机关党支部", TOP, "党支部"),
]
write("organisations.xlsx", "党组织信息", ORGANISATION, tree)
write("organisations-with-faults.xlsx", "党组织信息", ORGANISATION, [tree[0], {**tree[1], "上级组织简称": "没有的党委"}, {**tree[2], "联系电话": "8765"}])

NOTE_TEXT = ("通过认真学习，我深刻认识到全心全意为人民服务不是一句口号，而是落实在每一天工作中的行动。作为一名在渔港调度岗位工作了十五年的党员，"
             "我见证了码头从人工作业走向自动化的全过程。今后我将把学习所得用到班组建设里，带头钻研新设备，带好新徒弟。")


def note(name: str, born: date, order: int, title: str, text: str) -> dict:
    return {"姓名": name, "公民身份号码": id_number(born, order), "标题": title, "学习内容": "党章", "正文": text, "发布日期": date(2026, 3, 1)}


# The second one has copied from the first.
write("study-notes.xlsx", "学习心得", NOTE, [
    note("周海生", date(1975, 3, 12), 1, "学习党章有感", NOTE_TEXT),
    note("钱远航", date(1980, 5, 4), 1, "党章学习体会", NOTE_TEXT + "以上是我的学习体会，请同志们批评指正。"),
])
