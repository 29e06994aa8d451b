"""Seeded invented data for measurements: a table of people, free text of about 200 characters, files of both.

Everything is drawn as whole columns; a million rows take seconds. Check digits are right but for
``WRONG`` of the rows, as in real tables.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from guard.demo.digits import credit, luhn, resident
from guard.demo.forms import Strings, fill

SEED = 20260101
WRONG = 0.02
SHARE = 0.05  # of the texts that hold a personal value
LENGTH = 200
_BASES = 20_000
_AREAS = (
    "110101 110105 310104 310115 320106 330106 340102 350203 370102 410105 420111 440103 440305 510107 610113"
)
_BANKS = "622202 622848 621700 622588 622609 621661 622260 623058 625965 436742"
_SURNAMES = "王李张刘陈杨黄赵周吴徐孙马胡朱郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余"
_COMPOUND = ["欧阳", "司马", "上官", "诸葛", "尉迟", "皇甫"]
_GIVEN = "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂文辉玲健红建国志鹏宇欣怡子涵梓浩然思远晨曦雨泽佳琪俊熙博雅婷"
_CITIES = "北京市 上海市 广东省广州市 浙江省杭州市 江苏省南京市 四川省成都市 湖北省武汉市 陕西省西安市 山东省济南市 广西壮族自治区南宁市"
_DISTRICTS = "朝阳区 海淀区 浦东新区 天河区 西湖区 玄武区 武侯区 洪山区 雁塔区 历下区 金水区 岳麓区 青秀区 新华县 长安镇"
_ROADS = (
    "中山路 人民路 解放大道 建设路 和平街 文化路 科技路 滨江大道 长江路 黄河路 学府路 迎宾大道 幸福巷 新华街"
)
_MAIL = "qq.com 163.com 126.com outlook.com sina.com.cn foxmail.com example.gov.cn"
_STATES = "已办结 办理中 已退回 待受理 已作废 补正材料"
_SAID = (
    "根据工作安排 经研究决定 请各单位认真贯彻落实 有关事项通知如下 本次检查共发现问题若干 现将有关情况说明如下 "
    "群众反映该路段长期积水 希望有关部门尽快处理 已转交属地街道办理 来电人对处理结果表示满意 该项目总投资约三千万元 "
    "计划于明年六月底前完成 会议强调要坚持问题导向 加强组织领导压实责任 窗口工作人员态度热情 系统提示网络超时timeout "
    "编号为A-1024的设备需要检修 文件版本v2.3.1已发布 办理时限为15个工作日 共计收到申请材料38份 数据接口返回状态码200 "
    "平均响应时间35ms 满意度达到98.6% 同比增长12.5个百分点 参会人员约120人 报送截止日期为月底 统一平台运行平稳 "
    "请按照规定流程办理 邮件原文pleasecheckthedocument 该小区二次供水设施已完成改造 夜间施工噪声影响居民休息 物业公司承诺三日内答复"
)
COLUMNS = (
    *("resident_id", "phone", "name", "address", "bank_card", "credit_code"),
    *("email", "ip", "plate", "created_at", "amount", "status"),
)
# What a text says before the value; nothing stands between the two.
LABELS = {
    "resident_id": "身份证号：",
    "phone": "联系电话",
    "name": "当事人姓名：",
    "bank_card": "卡号",
    "credit_code": "统一社会信用代码",
    "email": "邮箱",
}


def people(rows: int, seed: int = SEED) -> pa.Table:
    """``rows`` x 12 strings: numbers with check digits, names, addresses, and columns that are nobody's."""
    rng = np.random.default_rng(seed)
    times = np.datetime64("2015-01-01T00:00:00") + rng.integers(0, 315_360_000, rows).astype("timedelta64[s]")
    return pa.table(
        {
            "resident_id": _arrow(_worn(rng, resident_ids(rng, rows))),
            "phone": phones(rng, rows),
            "name": names(rng, rows),
            "address": addresses(rng, rows),
            "bank_card": bank_cards(rng, rows),
            "credit_code": _arrow(_worn(rng, credit_codes(rng, rows))),
            "email": emails(rng, rows),
            "ip": glued(*(_number(rng, 1, 255, rows) for _ in range(4)), between="."),
            "plate": glued(_picked(rng, "京沪粤浙苏川鄂陕鲁豫湘闽", rows), _arrow(fill(rng, "A^####", rows))),
            "created_at": pc.replace_substring(_arrow(times.astype(str)), "T", " "),
            "amount": glued(_number(rng, 1, 999_999, rows), _arrow(fill(rng, "##", rows)), between="."),
            "status": _picked(rng, _STATES.split(), rows),
        }
    )


def texts(rows: int, seed: int = SEED, share: float = SHARE) -> tuple[pa.StringArray, np.ndarray]:
    """``rows`` texts, and which of ``LABELS`` each holds: a place in ``LABELS``, or -1."""
    rng = np.random.default_rng(seed + 1)
    bases = _bases(rng)
    quarter = [bases.take(pa.array(rng.integers(0, len(bases), rows))) for _ in range(4)]
    kinds = np.where(rng.random(rows) < share, rng.integers(0, len(LABELS), rows), -1)
    drawn = [_values(rng, kind, int((kinds == place).sum())) for place, kind in enumerate(LABELS)]
    values = pa.concat_arrays([*drawn, pa.array([""])])
    order = np.full(rows, len(values) - 1)
    order[np.argsort(kinds, kind="stable")[int((kinds < 0).sum()) :]] = np.arange(len(values) - 1)
    return glued(quarter[0], quarter[1], values.take(pa.array(order)), quarter[2], quarter[3]), kinds


def _values(rng: np.random.Generator, kind: str, count: int) -> pa.StringArray:
    drawn = {
        "resident_id": lambda size: _arrow(resident_ids(rng, size)),
        "phone": lambda size: phones(rng, size),
        "name": lambda size: names(rng, size),
        "bank_card": lambda size: bank_cards(rng, size, wrong=0.0),
        "credit_code": lambda size: _arrow(credit_codes(rng, size)),
        "email": lambda size: emails(rng, size),
    }
    # numpy's text functions take no array of nothing.
    return glued(LABELS[kind], drawn[kind](max(count, 3))).slice(0, count)


def _bases(rng: np.random.Generator) -> pa.StringArray:
    parts = [_picked(rng, _SAID.split(), _BASES) for _ in range(9)]
    return pc.utf8_slice_codeunits(glued(*parts, between="，"), 0, LENGTH // 4)


def resident_ids(rng: np.random.Generator, count: int) -> Strings:
    """Numbers with the right check character (GB 11643)."""
    born = np.datetime64("1945-01-01") + rng.integers(0, 365 * 70, count).astype("timedelta64[D]")
    body = np.char.add(_drawn(rng, _AREAS.split(), count), np.char.replace(born.astype(str), "-", ""))
    return resident(np.char.add(body, fill(rng, "###", count)).astype("<U17"))


def phones(rng: np.random.Generator, count: int) -> pa.StringArray:
    """Mobile numbers."""
    return glued("1", _picked(rng, "3456789", count), _arrow(fill(rng, "#########", count)))


def names(rng: np.random.Generator, count: int) -> pa.StringArray:
    """Names of two and three characters, some with a compound surname."""
    second = np.where(rng.random(count) < 0.2, "", _drawn(rng, list(_GIVEN), count))
    return glued(_picked(rng, [*_SURNAMES, *_COMPOUND], count), _picked(rng, _GIVEN, count), _arrow(second))


def addresses(rng: np.random.Generator, count: int) -> pa.StringArray:
    """Addresses down to the room."""
    parts = (_picked(rng, words.split(), count) for words in (_CITIES, _DISTRICTS, _ROADS))
    house, block, room = (_number(rng, low, high, count) for low, high in ((1, 400), (1, 30), (101, 3204)))
    return glued(*parts, house, "号", block, "栋", room, "室")


def bank_cards(rng: np.random.Generator, count: int, wrong: float = WRONG) -> pa.StringArray:
    """Cards of 16 and 19 digits, in no order."""
    short = count // 3
    drawn = [
        _worn(
            rng,
            luhn(np.char.add(_drawn(rng, _BANKS.split(), size), fill(rng, "#" * (width - 7), size))),
            wrong,
        )
        for size, width in ((short, 16), (count - short, 19))
    ]
    return pa.concat_arrays([_arrow(part) for part in drawn]).take(pa.array(rng.permutation(count)))


def credit_codes(rng: np.random.Generator, count: int) -> Strings:
    """Unified social credit codes of enterprises (GB 32100)."""
    head = np.char.add(
        _drawn(rng, ["91", "93", "51", "52", "12", "11"], count), _drawn(rng, _AREAS.split(), count)
    )
    return credit(np.char.add(head, fill(rng, "^^^^^^^^^", count)).astype("<U17"))


def emails(rng: np.random.Generator, count: int) -> pa.StringArray:
    """Mail addresses."""
    user = _arrow(np.char.lower(fill(rng, "@@@@@@", count)))
    return glued(user, _number(rng, 1, 9999, count), "@", _picked(rng, _MAIL.split(), count))


def write_parquet(table: pa.Table, path: Path, groups: int = 8) -> Path:
    """``table`` as Parquet (zstd) of ``groups`` row groups, its columns named c1, c2 ...: values must speak."""
    table = table.rename_columns([f"c{place}" for place in range(1, table.num_columns + 1)])
    pq.write_table(table, path, compression="zstd", row_group_size=-(-table.num_rows // groups))
    return path


def write_text(lines: pa.StringArray, path: Path) -> Path:
    """One text a line."""
    path.write_bytes("\n".join([*lines.to_pylist(), ""]).encode())
    return path


def glued(*parts: pa.StringArray | str, between: str = "") -> pa.StringArray:
    """The parts of each row as one string."""
    return pc.binary_join_element_wise(*parts, between)


def _worn(rng: np.random.Generator, values: Strings, share: float = WRONG) -> Strings:
    """The last character drawn anew in ``share`` of the rows: most of those fail their check."""
    chosen = rng.random(len(values)) < share
    body = values.astype(f"<U{values.dtype.itemsize // 4 - 1}")
    return np.where(chosen, np.char.add(body, fill(rng, "#", len(values))), values)


def _drawn(rng: np.random.Generator, words: list[str], count: int) -> Strings:
    return np.array(words)[rng.integers(0, len(words), count)]


def _picked(rng: np.random.Generator, words: list[str] | str, count: int) -> pa.StringArray:
    return pa.array(list(words)).take(pa.array(rng.integers(0, len(words), count)))


def _number(rng: np.random.Generator, low: int, high: int, count: int) -> pa.StringArray:
    return pa.array(rng.integers(low, high, count)).cast(pa.string())


def _arrow(values: Strings) -> pa.StringArray:
    return pa.array(values, pa.string())
