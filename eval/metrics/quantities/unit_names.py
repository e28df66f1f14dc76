"""Names of units and months in nineteen languages, as the Unicode CLDR 47 writes them, in lower case.

Abbreviations of one letter and common words (French `an`) are left out; `units.py` adds the usual symbols.
"""

from __future__ import annotations

UNIT_NAMES: dict[str, str] = {
    "m": (
        "meter, meters, metr, metra, metre, metri, metro, metros, metry, metrów, mètre, mètres, метр, метра, метров, "
        "أمتار, متر, مترًا, मीटर, เมตร, メートル, 米, 미터"
    ),
    "cm": (
        "centimeter, centimeters, centimetri, centimetro, centimètre, centimètres, centymetr, centymetra, "
        "centymetry, centymetrów, centímetro, centímetros, santimetre, zentimeter, сантиметр, сантиметра, "
        "сантиметров, سنتيمتر, सेंटीमीटर, เซนติเมตร, センチメートル, 厘米, 센티미터"
    ),
    "mm": (
        "milimetr, milimetra, milimetre, milimetry, milimetrów, millimeter, millimeters, millimetri, millimetro, "
        "millimètre, millimètres, milímetro, milímetros, миллиметр, миллиметра, миллиметров, مليمتر, मिलीमीटर, "
        "มิลลิเมตร, ミリメートル, 毫米, 밀리미터"
    ),
    "km": (
        "chilometri, chilometro, kilometer, kilometers, kilometr, kilometra, kilometre, kilometry, kilometrów, "
        "kilomètre, kilomètres, kilómetro, kilómetros, quilômetro, quilômetros, километр, километра, километров, "
        "كيلومتر, كيلومترات, كيلومترًا, किलोमीटर, กิโลเมตร, キロメートル, 公里, 킬로미터"
    ),
    "µm": (
        "micrometer, micrometers, micrometri, micrometro, micromètre, micromètres, micrómetro, micrómetros, "
        "micrômetro, micrômetros, mikrometer, mikrometr, mikrometra, mikrometre, mikrometry, mikrometrów, микрометр, "
        "микрометра, микрометров, ميكرومتر, माइक्रोमीटर, ไมโครเมตร, マイクロメートル, 微米, 마이크로미터"
    ),
    "nm": (
        "nanometer, nanometers, nanometr, nanometra, nanometre, nanometri, nanometro, nanometry, nanometrów, "
        "nanomètre, nanomètres, nanómetro, nanómetros, nanômetro, nanômetros, нанометр, нанометра, нанометров, "
        "نانو متر, नैनोमीटर, นาโนเมตร, ナノメートル, 纳米, 나노미터"
    ),
    "mile": (
        "meile, meilen, miglia, miglio, mijl, mile, miles, milha, milhas, mili, milla, millas, мили, миль, миля, "
        "أميال, ميل, ميلاً, मील, ไมล์, マイル, 英里, 마일"
    ),
    "ft": (
        "feet, foot, fuss, pied, piede, piedi, pieds, pés, stopa, stopy, stóp, voet, фут, фута, футов, قدم, फ़ीट, "
        "फ़ुट, ฟุต, フィート, 英尺, 피트"
    ),
    "inch": (
        "inch, inches, inç, polegada, polegadas, pollice, pollici, pouce, pouces, pulgada, pulgadas, tomme, tommer, "
        "zoll, дюйм, дюйма, дюймов, بوصة, इंच, นิ้ว, インチ, 英寸, 인치"
    ),
    "yd": (
        "engelsk yard, engelske yard, iarda, iarde, jard, jarda, jardas, jardy, jardów, yard, yarda, yardas, yards, "
        "ярд, ярда, ярдов, ياردة, गज़, หลา, ヤード, 码, 야드"
    ),
    "kg": (
        "chilogrammi, chilogrammo, kilogram, kilograma, kilogramm, kilogramme, kilogrammes, kilogramo, kilogramos, "
        "kilograms, kilogramy, kilogramów, quilograma, quilogramas, килограмм, килограмма, كيلوغرام, किलोग्राम, "
        "กิโลกรัม, キログラム, 千克, 킬로그램"
    ),
    "g": (
        "gram, grama, gramas, gramm, gramme, grammes, grammi, grammo, gramo, gramos, grams, gramy, gramów, грамм, "
        "грамма, غرام, غرامات, غرامًا, ग्राम, กรัม, グラム, 克, 그램"
    ),
    "mg": (
        "miligram, miligrama, miligramas, miligramo, miligramos, miligramy, miligramów, milligram, milligramm, "
        "milligramme, milligrammes, milligrammi, milligrammo, milligrams, миллиграмм, миллиграмма, مليغرام, "
        "मिलीग्राम, มิลลิกรัม, ミリグラム, 毫克, 밀리그램"
    ),
    "t": (
        "metric ton, metric tons, metrische ton, ton, tona, tonelada, tonelada métrica, toneladas, "
        "toneladas métricas, tonn, tonne, tonnellata metrica, tonnellate metriche, tonnen, tonnes, tons, tony, тонн, "
        "тонна, тонны, طن متري, मीट्रिक टन, เมตริกตัน, トン, 公吨, 메트릭 톤"
    ),
    "lb": (
        "funt, funta, funty, funtów, libbra, libbre, libra, libras, livre, livres, pfund, pound, pounds, pund, фунт, "
        "фунта, фунтов, رطل, رطلًا, पौंड, ปอนด์, ポンド, 磅, 파운드"
    ),
    "oz": (
        "oncia, onza, onzas, onça, onças, ounce, ounces, uncja, uncje, uncji, unser, unze, unzen, унции, унций, "
        "унция, أونصة, औंस, ออนซ์, オンス, 盎司, 온스"
    ),
    "l": (
        "liter, liters, litr, litra, litre, litres, litri, litro, litros, litry, litrów, литр, литра, литров, لتر, "
        "लीटर, ลิตร, リットル, 升, 리터"
    ),
    "ml": (
        "mililitr, mililitra, mililitre, mililitro, mililitros, mililitry, mililitrów, milliliter, milliliters, "
        "millilitre, millilitres, millilitri, millilitro, миллилитр, миллилитра, миллилитров, مليلتر, मिलीलीटर, "
        "มิลลิลิตร, ミリリットル, 毫升, 밀리리터"
    ),
    "gal": (
        "gallon, gallone, gallonen, galloni, gallons, galon, galon amerykański, galona amerykańskiego, galones, "
        "galony amerykańskie, galonów amerykańskich, galão, galón, galões, амер. галлон, амер. галлона, "
        "амер. галлонов, غالون, गैलन, แกลลอน, ガロン, 加仑, 갤런"
    ),
    "m3": (
        "cubic meter, cubic meters, kubieke meter, kubikkmeter, kubikmeter, metr sześcienny, metra sześciennego, "
        "metreküp, metri cubi, metro cubo, metro cúbico, metros cúbicos, metry sześcienne, metrów sześciennych, "
        "mètre cube, mètres cubes, кубический метр, кубических метра, кубических метров, кубического метра, "
        "متر مكعب, घन मीटर, ลูกบาศก์เมตร, 立方メートル, 立方米, 세제곱미터"
    ),
    "m2": (
        "kvadratmeter, metr kwadratowy, metra kwadratowego, metrekare, metri quadrati, metro cuadrado, "
        "metro quadrado, metro quadrato, metros cuadrados, metros quadrados, metry kwadratowe, metrów kwadratowych, "
        "mètre carré, mètres carrés, quadratmeter, square meter, square meters, vierkante meter, квадратного метра, "
        "квадратный метр, квадратных метра, квадратных метров, متر مربع, वर्ग मीटर, ตารางเมตร, 平方メートル, "
        "平方米, 제곱미터"
    ),
    "km2": (
        "chilometri quadrati, chilometro quadrato, kilometr kwadratowy, kilometra kwadratowego, kilometrekare, "
        "kilometry kwadratowe, kilometrów kwadratowych, kilomètre carré, kilomètres carrés, kilómetro cuadrado, "
        "kilómetros cuadrados, kvadratkilometer, quadratkilometer, quilômetro quadrado, quilômetros quadrados, "
        "square kilometer, square kilometers, vierkante kilometer, квадратного километра, квадратный километр, "
        "квадратных километра, квадратных километров, كيلومتر مربع, वर्ग किलोमीटर, ตารางกิโลเมตร, "
        "平方キロメートル, 平方公里, "
        "제곱킬로미터"
    ),
    "ha": (
        "ettari, ettaro, hectare, hectares, hectárea, hectáreas, hektar, hektara, hektary, hektarów, гектар, "
        "гектара, гектаров, هكتار, हेक्टेयर, เฮกตาร์, ヘクタール, 公顷, 헥타르"
    ),
    "acre": (
        "acre, acre anglo-saxonne, acres, acres anglo-saxonnes, acro, akr, akra, akre, akry, akrów, "
        "engelska tunnland, engelskt tunnland, акр, акра, акров, فدان, एकड़, เอเคอร์, エーカー, 英亩, 에이커"
    ),
    "s": (
        "saniye, second, seconde, seconden, secondes, secondi, secondo, seconds, segundo, segundos, sekund, sekunda, "
        "sekunde, sekunden, sekunder, sekundy, секунд, секунда, секунды, ثانية, ثوان, सेकंड, วินาที, 秒, 秒钟, 초"
    ),
    "ms": (
        "milisaniye, milisegundo, milisegundos, milisekund, milisekunda, milisekundy, milissegundo, milissegundos, "
        "millisecond, milliseconde, milliseconden, millisecondes, millisecondi, millisecondo, milliseconds, "
        "millisekund, millisekunde, millisekunden, millisekunder, миллисекунд, миллисекунда, миллисекунды, "
        "ملي ثانية, मिलीसेकंड, มิลลิวินาที, ミリ秒, 毫秒, 밀리초"
    ),
    "min": (
        "dakika, minut, minuta, minute, minuten, minuter, minutes, minuti, minuto, minutos, minutt, minutter, "
        "minuty, minuut, минут, минута, минуты, دقائق, دقيقة, मिनट, นาที, 分, 分钟, 분"
    ),
    "h": (
        "godzin, godzina, godziny, heure, heures, hora, horas, hour, hours, ora, ore, saat, stunde, stunden, timer, "
        "timmar, timme, uur, час, часа, часов, ساعات, ساعة, घंटा, घंटे, ชั่วโมง, 小时, 時間, 시간"
    ),
    "day": (
        "dag, dage, dagen, day, days, dia, dias, dni, dnia, dygn, dzień, día, días, døgn, giorni, giorno, gün, jour, "
        "jours, tag, tage, день, дней, дня, أيام, يوم, يومًا, दिन, วัน, 天, 日, 일"
    ),
    "week": (
        "hafta, semaine, semaines, semana, semanas, settimana, settimane, tydzień, tygodni, tygodnia, tygodnie, uge, "
        "uger, uke, uker, vecka, veckor, week, weeks, weken, woche, wochen, недели, недель, неделя, أسابيع, أسبوع, "
        "أسبوعًا, सप्ताह, สัปดาห์, 周, 週間, 주"
    ),
    "month": (
        "maand, maanden, mes, mese, meses, mesi, miesiąc, miesiąca, miesiące, miesięcy, mois, monat, monate, month, "
        "months, månad, månader, måned, måneder, mês, месяц, месяца, месяцев, أشهر, شهر, شهرًا, महीना, महीने, เดือน, "
        "か月, 个月, 개월"
    ),
    "year": (
        "an, anni, anno, ano, anos, ans, año, años, jaar, jahr, jahre, lat, lata, rok, roku, year, years, yıl, år, "
        "год, года, лет, سنة, سنوات, वर्ष, ปี, 年, 년"
    ),
    "byte": "bajt, bajta, bajty, bajtów, bayt, byte, bytes, octet, octets, байт, байта, بايت, बाइट, ไบต์, バイト, "
    "字节, 바이트",
    "bit": "bit, bita, bits, bity, bitów, бит, бита, بت, बिट, บิต, ビット, 比特, 비트",
    "kb": (
        "kilobajt, kilobajta, kilobajty, kilobajtów, kilobayt, kilobyte, kilobytes, kilooctet, kilooctets, килобайт, "
        "килобайта, كيلوبايت, किलोबाइट, กิโลไบต์, キロバイト, 千字节, 킬로바이트"
    ),
    "mb": (
        "megabajt, megabajta, megabajty, megabajtów, megabayt, megabyte, megabytes, mégaoctet, mégaoctets, мегабайт, "
        "мегабайта, ميغابايت, मेगाबाइट, เมกะไบต์, メガバイト, 兆字节, 메가바이트"
    ),
    "gb": (
        "gigabajt, gigabajta, gigabajty, gigabajtów, gigabayt, gigabyte, gigabytes, gigaoctet, gigaoctets, гигабайт, "
        "гигабайта, غيغابايت, गीगाबाइट, กิกะไบต์, ギガバイト, 吉字节, 기가바이트"
    ),
    "tb": (
        "terabajt, terabajta, terabajty, terabajtów, terabayt, terabyte, terabytes, téraoctet, téraoctets, терабайт, "
        "терабайта, تيرابايت, टेराबाइट, เทราไบต์, テラバイト, 太字节, 테라바이트"
    ),
    "°c": (
        "degree celsius, degrees celsius, degré celsius, degrés celsius, graad celsius, grad celsius, "
        "graden celsius, grader celsius, gradi celsius, grado celsius, grados celsius, grau celsius, graus celsius, "
        "santigrat derece, stopień celsjusza, stopni celsjusza, stopnia celsjusza, stopnie celsjusza, "
        "градус цельсия, градуса цельсия, градусов цельсия, درجة مئوية, डिग्री सेल्सियस, องศาเซลเซียส, 摄氏度, 섭씨 도"
    ),
    "°f": (
        "degree fahrenheit, degrees fahrenheit, degré fahrenheit, degrés fahrenheit, fahrenhayt derece, "
        "graad fahrenheit, grad fahrenheit, graden fahrenheit, grader fahrenheit, gradi fahrenheit, "
        "grado fahrenheit, grados fahrenheit, grau fahrenheit, graus fahrenheit, stopień fahrenheita, "
        "stopni fahrenheita, stopnia fahrenheita, stopnie fahrenheita, градус фаренгейта, градуса фаренгейта, "
        "градусов фаренгейта, درجة فهرنهايت, डिग्री फ़ेरनहाइट, องศาฟาเรนไฮต์, 华氏度, 화씨 도"
    ),
    "v": "volt, voltio, voltios, volts, wolt, wolta, wolty, woltów, вольт, вольта, فولت, वोल्ट, โวลต์, ボルト, "
    "伏特, 볼트",
    "w": "vat, vatio, vatios, wat, wata, watt, watts, waty, watów, ватт, ватта, واط, वॉट, วัตต์, ワット, 瓦特, 와트",
    "kw": (
        "kilovat, kilovatio, kilovatios, kilowat, kilowata, kilowatt, kilowatts, kilowaty, kilowatów, quilowatt, "
        "quilowatts, киловатт, киловатта, كيلوواط, किलोवॉट, กิโลวัตต์, キロワット, 千瓦, 킬로와트"
    ),
    "a": (
        "amper, ampera, ampere, amperes, amperio, amperios, ampery, amperów, ampère, ampères, ампер, ампера, أمبير, "
        "एम्पीयर, แอมแปร์, アンペア, 安培, 암페어"
    ),
    "hz": "herc, herca, herce, hercio, hercios, herców, hertz, герц, герца, هرتز, हर्ट्ज़, เฮิรตซ์, ヘルツ, 赫兹, 헤르츠",
    "mhz": (
        "megaherc, megaherca, megaherce, megahercio, megahercios, megaherców, megahertz, mégahertz, мегагерц, "
        "мегагерца, ميغا هرتز, मेगाहर्ट्ज़, เมกะเฮิรตซ์, メガヘルツ, 兆赫, 메가헤르츠"
    ),
    "ghz": (
        "gigaherc, gigaherca, gigaherce, gigahercio, gigahercios, gigaherców, gigahertz, гигагерц, гигагерца, "
        "غيغا هرتز, गीगाहर्ट्ज़, กิกะเฮิรตซ์, ギガヘルツ, 吉赫, 기가헤르츠"
    ),
    "kwh": (
        "chilowattora, kilovatio hora, kilovatios hora, kilovatsaat, kilowatogodzin, kilowatogodzina, "
        "kilowatogodziny, kilowatt hour, kilowatt-heure, kilowatt-heures, kilowatt-hours, kilowatt-time, "
        "kilowatt-timer, kilowattime, kilowattimer, kilowattimmar, kilowattimme, kilowattstunde, kilowattstunden, "
        "kilowattuur, quilowatt-hora, quilowatts-hora, киловатт-час, киловатт-часа, киловатт-часов, किलोवॉट घंटा, "
        "किलोवॉट घंटे, กิโลวัตต์-ชั่วโมง, キロワット時, 千瓦时, 킬로와트시"
    ),
    "j": (
        "dżul, dżula, dżule, dżuli, joule, joules, jul, julio, julios, джоулей, джоуль, джоуля, جول, जूल, จูล, "
        "ジュール, "
        "焦耳, 줄"
    ),
    "kj": (
        "kilodżul, kilodżula, kilodżule, kilodżuli, kilojoule, kilojoules, kilojul, kilojulio, kilojulios, "
        "quilojoule, quilojoules, килоджоулей, килоджоуль, килоджоуля, كيلو جول, किलो जूल, กิโลจูล, キロジュール, "
        "千焦, 킬로줄"
    ),
    "bar": "bar, bara, bares, bars, bary, barów, бар, бара, بار, बार, บาร์, バール, 巴, 바",
    "km/h": (
        "chilometri orari, chilometro orario, kilometer i timen, kilometer per hour, kilometer per time, "
        "kilometer per timme, kilometer per uur, kilometer pro stunde, kilometers per hour, kilometr na godzinę, "
        "kilometra na godzinę, kilometry na godzinę, kilometrów na godzinę, kilomètre par heure, "
        "kilomètres par heure, kilómetro por hora, kilómetros por hora, quilômetro por hora, quilômetros por hora, "
        "километр в час, километра в час, километров в час, كيلومتر في الساعة, किलोमीटर प्रति घंटा, "
        "กิโลเมตรต่อชั่วโมง, 시속 킬로미터"
    ),
    "m/s": (
        "meter i sekundet, meter per second, meter per seconde, meter per sekund, meter pro sekunde, "
        "meters per second, metr na sekundę, metra na sekundę, metri al secondo, metro al secondo, "
        "metro por segundo, metros por segundo, metry na sekundę, metrów na sekundę, mètre par seconde, "
        "mètres par seconde, метр в секунду, метра в секунду, метров в секунду, متر في الثانية, मीटर प्रति सेकंड, "
        "เมตรต่อวินาที, 초속 미터"
    ),
    "%": (
        "percent, percento, pour cent, procent, prosent, prozent, yüzde, процент, процента, процентов, بالمائة, ٪, "
        "प्रतिशत, เปอร์เซ็นต์, パーセント"
    ),
}
"""A unit in one spelling -> its names in all numbers and cases, parted by a comma."""

MONTH_NAMES: tuple[str, ...] = (
    (
        "ene, enero, gennaio, jan, janeiro, januar, januari, january, janv, janvier, ocak, sty, styczeń, stycznia, "
        "янв, январь, января, يناير, كانون الثاني, जनवरी, जन॰, ม.ค, มกราคม, 一月"
    ),
    (
        "feb, febbraio, febrero, februar, februari, february, fev, fevereiro, févr, février, lut, lutego, luty, "
        "şub, şubat, февр, февраль, февраля, فبراير, شباط, फ़रवरी, फ़र॰, ก.พ, กุมภาพันธ์, 二月"
    ),
    (
        "maart, mar, marca, march, mars, mart, marts, marzec, marzo, março, mrt, mär, märz, мар, март, марта, "
        "مارس, آذار, मार्च, มี.ค, มีนาคม, 三月"
    ),
    (
        "abr, abril, apr, april, aprile, avr, avril, kwi, kwiecień, kwietnia, nisan, апр, апрель, апреля, أبريل, "
        "نيسان, "
        "अप्रैल, เม.ย, เมษายน, 四月"
    ),
    "mag, maggio, mai, maio, maj, maja, may, mayo, mayıs, mei, май, мая, مايو, أيار, मई, พ.ค, พฤษภาคม, 五月",
    (
        "cze, czerwca, czerwiec, giu, giugno, haziran, juin, jun, june, junho, juni, junio, июн, июнь, июня, "
        "يونيو, حزيران, जून, มิ.ย, มิถุนายน, 六月"
    ),
    (
        "juil, juillet, jul, julho, juli, julio, july, lipca, lipiec, lug, luglio, temmuz, июл, июль, июля, يوليو, "
        "تموز, "
        "जुलाई, जुल॰, ก.ค, กรกฎาคม, 七月"
    ),
    (
        "ago, agosto, août, aug, august, augusti, augustus, ağu, ağustos, sierpień, sierpnia, авг, август, "
        "августа, أغسطس, آب, अगस्त, अग॰, ส.ค, สิงหาคม, 八月"
    ),
    (
        "eyl, eylül, sep, sept, september, septembre, septiembre, set, setembro, settembre, wrzesień, września, "
        "сент, сентябрь, сентября, سبتمبر, أيلول, सितंबर, सित॰, ก.ย, กันยายน, 九月"
    ),
    (
        "eki, ekim, oct, october, octobre, octubre, okt, oktober, ott, ottobre, out, outubro, paź, październik, "
        "października, окт, октябрь, октября, أكتوبر, تشرين الأول, अक्टूबर, अक्टू॰, ต.ค, ตุลาคม, 十月"
    ),
    (
        "kasım, listopad, listopada, nov, november, novembre, novembro, noviembre, нояб, ноябрь, ноября, نوفمبر, "
        "تشرين الثاني, "
        "नवंबर, नव॰, พ.ย, พฤศจิกายน, 十一月"
    ),
    (
        "aralık, dec, december, des, desember, dez, dezember, dezembro, dic, dicembre, diciembre, déc, décembre, "
        "grudnia, grudzień, дек, декабрь, декабря, ديسمبر, كانون الأول, दिसंबर, दिस॰, ธ.ค, ธันวาคม, 十二月"
    ),
)
"""January to December."""
