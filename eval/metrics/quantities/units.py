"""Units of measure and currencies: their spellings, and how units of one dimension convert."""

from __future__ import annotations

from dataclasses import dataclass

from eval.metrics.quantities.unit_names import UNIT_NAMES


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit: `value * factor + offset` is the value in its dimension's base unit."""

    dimension: str
    factor: float = 1.0
    offset: float = 0.0


_INCH, _POUND, _DAY = 0.0254, 0.45359237, 86400.0
UNITS: dict[str, Unit] = {
    "m": Unit("length"), "cm": Unit("length", 1e-2), "mm": Unit("length", 1e-3), "km": Unit("length", 1e3),
    "dm": Unit("length", 1e-1), "µm": Unit("length", 1e-6), "nm": Unit("length", 1e-9),
    "inch": Unit("length", _INCH), "ft": Unit("length", 12 * _INCH), "yd": Unit("length", 36 * _INCH),
    "mile": Unit("length", 1609.344), "nmi": Unit("length", 1852.0),
    "kg": Unit("mass"), "g": Unit("mass", 1e-3), "mg": Unit("mass", 1e-6), "µg": Unit("mass", 1e-9),
    "t": Unit("mass", 1e3), "lb": Unit("mass", _POUND), "oz": Unit("mass", _POUND / 16),
    "s": Unit("time"), "ms": Unit("time", 1e-3), "µs": Unit("time", 1e-6), "ns": Unit("time", 1e-9),
    "min": Unit("time", 60.0), "h": Unit("time", 3600.0), "day": Unit("time", _DAY), "week": Unit("time", 7 * _DAY),
    "month": Unit("time", 365.25 / 12 * _DAY), "year": Unit("time", 365.25 * _DAY),
    "decade": Unit("time", 3652.5 * _DAY),
    "l": Unit("volume", 1e-3), "ml": Unit("volume", 1e-6), "cl": Unit("volume", 1e-5), "dl": Unit("volume", 1e-4),
    "m3": Unit("volume"), "cm3": Unit("volume", 1e-6), "gal": Unit("volume", 3.785411784e-3),
    "m2": Unit("area"), "cm2": Unit("area", 1e-4), "mm2": Unit("area", 1e-6), "km2": Unit("area", 1e6),
    "ha": Unit("area", 1e4), "acre": Unit("area", 4046.8564224), "ft2": Unit("area", (12 * _INCH) ** 2),
    "mile2": Unit("area", 1609.344**2),
    "bit": Unit("data", 1.0), "kbit": Unit("data", 1e3), "mbit": Unit("data", 1e6), "gbit": Unit("data", 1e9),
    "tbit": Unit("data", 1e12), "byte": Unit("data", 8.0), "kb": Unit("data", 8e3), "mb": Unit("data", 8e6),
    "gb": Unit("data", 8e9), "tb": Unit("data", 8e12), "pb": Unit("data", 8e15),
    "kib": Unit("data", 8 * 2.0**10), "mib": Unit("data", 8 * 2.0**20), "gib": Unit("data", 8 * 2.0**30),
    "tib": Unit("data", 8 * 2.0**40),
    "°c": Unit("temperature", 1.0, 273.15), "°f": Unit("temperature", 5 / 9, 459.67 * 5 / 9), "k": Unit("temperature"),
    "°": Unit("angle"), "%": Unit("share", 1e-2), "‰": Unit("share", 1e-3), "ppm": Unit("share", 1e-6),
    "pp": Unit("points"), "bp": Unit("points", 1e-2),
    "v": Unit("voltage"), "mv": Unit("voltage", 1e-3), "kv": Unit("voltage", 1e3),
    "a": Unit("current"), "ma": Unit("current", 1e-3), "ah": Unit("charge"), "mah": Unit("charge", 1e-3),
    "w": Unit("power"), "mw": Unit("power", 1e6), "kw": Unit("power", 1e3), "gw": Unit("power", 1e9),
    "hp": Unit("power", 745.7),
    "j": Unit("energy"), "kj": Unit("energy", 1e3), "wh": Unit("energy", 3600.0), "kwh": Unit("energy", 3.6e6),
    "mwh": Unit("energy", 3.6e9), "kcal": Unit("energy", 4184.0),
    "hz": Unit("frequency"), "khz": Unit("frequency", 1e3), "mhz": Unit("frequency", 1e6),
    "ghz": Unit("frequency", 1e9), "rpm": Unit("frequency", 1 / 60),
    "bar": Unit("pressure", 1e5), "mbar": Unit("pressure", 1e2), "pa": Unit("pressure"), "kpa": Unit("pressure", 1e3),
    "hpa": Unit("pressure", 1e2), "mpa": Unit("pressure", 1e6), "psi": Unit("pressure", 6894.757),
    "n": Unit("force"), "kn": Unit("force", 1e3), "nm_torque": Unit("torque"), "knot": Unit("length/time", 1852 / 3600),
    "ohm": Unit("resistance"), "kohm": Unit("resistance", 1e3), "mohm": Unit("resistance", 1e6),
    "db": Unit("level"), "lx": Unit("light"), "lm": Unit("flux"), "cd": Unit("candela"), "px": Unit("pixel"),
    "mp": Unit("megapixel"),
    "€": Unit("€"), "$": Unit("$"), "£": Unit("£"), "₩": Unit("₩"), "jpy": Unit("¥"), "cny": Unit("元"),
    "¥": Unit("¥ or 元"), "₹": Unit("₹"), "₽": Unit("₽"), "chf": Unit("chf"), "kr": Unit("kr"), "₺": Unit("₺"),
    "฿": Unit("฿"), "zł": Unit("zł"), "cent": Unit("cent"), "r$": Unit("r$"),
}  # fmt: skip
"""Every unit by its one spelling; data with decimal prefixes, years of 365.25 days (a month is a twelfth)."""
MONEY = frozenset(("€", "$", "£", "₩", "jpy", "cny", "¥", "₹", "₽", "chf", "kr", "₺", "฿", "zł", "cent", "r$"))

_SYMBOLS: dict[str, str] = {
    "m": "m. м م metern 公尺 metre metres",
    "cm": "см سم zentimetern 公分 centimetre centimetres",
    "mm": "мм مم millimetern 公厘 millimetre millimetres",
    "km": "км كم كلم kilometern kilometre kilometres 킬로 公里 千米",
    "dm": "dm",
    "µm": "um μm micron microns",
    "inch": "in in. \" '' ″ inches",
    "ft": "ft. ' ′ foot feet pieds",
    "yd": "yd yds",
    "mile": "mi mi. miles",
    "nmi": "nmi",
    "kg": "kg kgs kilo kilos chili quilo quilos килограммов kilogramme kilogrammes кг 公斤 千克 キロ 킬로 كجم كغ กก.",
    "g": "g gr gr. граммов جرام gramme grammes гр 公克 克 جم غ",
    "mg": "mg мг",
    "µg": "µg μg ug mcg microgram micrograms",
    "t": "t т 吨 噸 톤 tonne tonnes ton tons",
    "lb": "lb lbs lb. lbs. pound pounds",
    "oz": "oz oz. ounce ounces",
    "s": "s sec secs sec. sek sek. сек с 秒 초",
    "ms": "ms мс ミリ秒 毫秒",
    "µs": "µs μs us microsecond microseconds 微秒",
    "ns": "ns nanosecond nanoseconds 纳秒",
    "min": "min mins min. мин 分 分钟 分鐘 分間 분",
    "h": "h hr hrs hr. std std. ora ore uur ч 小时 小時 钟头 時間 시간 saat",
    "day": "tagen d j jour jours день 天 日 日間 일 일간 วัน",
    "week": "wk wks wk. wo. sem. нед 周 週 星期 周间 週間 주 주일 주간",
    "month": "monaten mo mos mo. mth mths mon. mes. мес 个月 個月 月间 か月 ヶ月 カ月 ケ月 箇月 ヵ月 개월 달",
    "year": (
        "jahren yr yrs yr. y an ans lat rok roku г г. год 年 年间 年間 년 년간 년도 주년 해 sene yıl année années سنة "
        "سنوات عام أعوام"
    ),
    "decade": "decade decades jahrzehnt jahrzehnte décennie décennies década décadas",
    "l": "l л لترات litre litres ℓ 公升 升 리터",
    "ml": "ml мл cc 毫升 millilitre millilitres",
    "cl": "cl centilitre centilitres",
    "dl": "dl",
    "m3": "m3 m^3 cbm cubic metre cubic metres 立方米 立方公尺",
    "cm3": "cm3 cm^3 ccm",
    "gal": "gal",
    "m2": "m2 m^2 sqm qm sq.m. 平米 平方米 평방미터 ㎡",
    "cm2": "cm2 cm^2",
    "mm2": "mm2 mm^2",
    "km2": "km2 km^2 sqkm",
    "ha": "ha га 公顷",
    "ft2": "ft2 ft^2 sqft",
    "mile2": "mi2",
    "bit": "bits бит",
    "kbit": "kbit kbits kilobit kilobits",
    "mbit": "mbit mbits megabit megabits Mbit",
    "gbit": "gbit gbits gigabit gigabits",
    "tbit": "tbit terabit terabits",
    "kb": "kb ko кб",
    "mb": "mb мб",
    "gb": "gb гб gigaoctet gigaoctets",
    "tb": "tb тб",
    "pb": "pb petabyte petabytes",
    "kib": "kib kibibyte kibibytes",
    "mib": "mib mebibyte mebibytes",
    "gib": "gib gibibyte gibibytes",
    "tib": "tib tebibyte tebibytes",
    "°c": "°c ° c ℃ ºc celsius centigrade 摄氏度 도씨",
    "°f": "°f ° f ℉ ºf fahrenheit",
    "k": "kelvin kelvins",
    "°": "° º degree degrees grad degré degrés grados gradi graus 度 도 градус градуса градусов",
    "%": (
        "% ％ ٪ percent pct percents v.h. prozent pour cent por ciento por cento per cento per cent процентов "
        "процента بالمئة بالمائة 퍼센트 프로 백분율 パーセント"
    ),
    "‰": "‰ promille per mille",
    "ppm": "ppm",
    "pp": "pp percentage points percentage point prozentpunkte prozentpunkt %p 퍼센트포인트 百分点",
    "bp": "bp bps basis points basis point",
    "v": "v volt volts в вольт",
    "mv": "mv millivolt millivolts милливольт",
    "kv": "kv kilovolt kilovolts",
    "a": "a amp amps ampere amperes",
    "ma": "ma milliamp milliamps milliampere milliamperes",
    "ah": "ah",
    "mah": "mah",
    "w": "w вт",
    "mw": "megawatt megawatts mw",
    "kw": "kw кВт",
    "gw": "gw gigawatt gigawatts",
    "hp": "hp horsepower",
    "j": "j",
    "kj": "kj",
    "wh": "wh",
    "kwh": "kwh kilowatt hours kilowatt-hours kwst",
    "mwh": "mwh",
    "kcal": "kcal",
    "hz": "hz",
    "khz": "khz kilohertz",
    "mhz": "mhz",
    "ghz": "ghz",
    "rpm": "rpm u/min 1/min",
    "bar": "bars бар",
    "mbar": "mbar millibar",
    "pa": "pa pascal pascals",
    "kpa": "kpa kilopascal kilopascals",
    "hpa": "hpa",
    "mpa": "mpa",
    "psi": "psi",
    "n": "n newton newtons",
    "kn": "kn kilonewton kilonewtons",
    "nm_torque": (
        "nm n·m n.m n*m n-m newton metre newton metres newton meter newton meters newton-metres newton-meters "
        "newtonmeter newton-metre newton-meter 牛·米 牛米"
    ),
    "knot": "knots kt kts knoten nœuds nudos",
    "ohm": "ohm ohms ω",
    "kohm": "kohm kω kiloohm",
    "mohm": "mω",
    "db": "db decibel decibels dezibel",
    "lx": "lx lux",
    "lm": "lumen lumens",
    "px": "px pixel pixels",
    "mp": "megapixel megapixels",
    "€": "€ euro euros eur 유로 欧元 歐元 ユーロ евро يورو ευρώ",
    "$": (
        "$ us$ usd dollar dollars dólar dólares dollari dollaro 달러 美元 美金 ドル доллар доллара долларов دولار "
        "دولارات dolar bucks cad a$ c$ hk$"
    ),
    "£": "£ gbp pound sterling pounds sterling libras esterlinas 파운드화 英镑 quid",
    "₩": "₩ krw won 원 韩元 ウォン",
    "jpy": "jpy yen 円 엔 日元 日圆",
    "cny": "cny rmb 元 块 圆 人民币 yuan yuans 위안 юаней",
    "¥": "¥ ￥",
    "₹": "₹ rs rs. inr rupee rupees rupien",
    "₽": "₽ руб руб. рубль рубля рублей rub rubel roubles rubles",
    "chf": "chf fr. sfr franken francs",
    "kr": "kr sek nok dkk kronor kroner kronen krona krone",
    "₺": "₺ tl try lira",
    "฿": "฿ บาท thb baht",
    "zł": "zł pln złoty złotych zloty",
    "cent": "cent cents ct centimes",
    "r$": "r$ brl reais real",
}
_PHRASES = (
    "basis point, basis points, cubic metre, cubic metres, kilowatt hours, libras esterlinas, newton meter, "
    "newton meters, newton metre, newton metres, per cent, per cento, per mille, percentage point, percentage "
    "points, por cento, por ciento, pound sterling, pounds sterling, pour cent, ° c, ° f"
)
_TWO_WORDS = frozenset(_PHRASES.split(", "))


def _symbols() -> dict[str, str]:
    found: dict[str, str] = {}
    for unit, text in _SYMBOLS.items():
        for pair in sorted(p for p in _TWO_WORDS if f" {p} " in f" {text} "):
            found[pair] = unit
            text = f" {text} ".replace(f" {pair} ", " ")
        found |= {spelling.casefold(): unit for spelling in text.split()}
    return found


SPELLINGS: dict[str, str] = {name: unit for unit, names in UNIT_NAMES.items() for name in names.split(", ")}
SPELLINGS |= {unit: unit for unit in UNITS if "_" not in unit and unit not in ("k", "nm")} | _symbols()
SPELLINGS["г"] = "g"
SPELLINGS |= {"ko": "kb", "mo": "mb", "go": "gb", "to": "tb"}
"""Every known spelling in lower case -> the unit in one spelling; `nm` is the torque unless the case says nanometre."""
CASED = {
    "Ko": "kb",
    "Mo": "mb",
    "Go": "gb",
    "To": "tb",
    "Mb": "mb",
    "Gb": "gb",
    "nm": "nm",
    "Nm": "nm_torque",
    "mW": "mwatt",
    "MW": "mw",
    "K": "k",
}
"""Spellings whose case tells them apart."""
UNITS["mwatt"] = Unit("power", 1e-3)
