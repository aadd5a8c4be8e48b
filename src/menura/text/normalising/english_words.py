"""Word tables of English normalisation: months, units, currencies, abbreviations, signs."""

from menura.text.word_lists import words

MONTHS = words(
    "january february march april may june july august september october november december"
)
MONTH_SHORT = {
    **{month[:3]: month for month in MONTHS},
    "sept": "september",
}
WEEKDAYS = {
    **{"mon": "monday", "tue": "tuesday", "tues": "tuesday", "wed": "wednesday"},
    **{"thu": "thursday", "thur": "thursday", "thurs": "thursday", "fri": "friday"},
    **{"sat": "saturday", "sun": "sunday"},
}

CURRENCIES: dict[str, tuple[str, str, str, str]] = {
    # sign: one, many, one hundredth, many hundredths
    "$": ("dollar", "dollars", "cent", "cents"),
    "US$": ("US dollar", "US dollars", "cent", "cents"),
    "A$": ("australian dollar", "australian dollars", "cent", "cents"),
    "C$": ("canadian dollar", "canadian dollars", "cent", "cents"),
    "HK$": ("hong kong dollar", "hong kong dollars", "cent", "cents"),
    "£": ("pound", "pounds", "penny", "pence"),
    "€": ("euro", "euros", "cent", "cents"),
    "¥": ("yen", "yen", "sen", "sen"),
    "₹": ("rupee", "rupees", "paisa", "paise"),
    "₩": ("won", "won", "jeon", "jeon"),
    "₽": ("ruble", "rubles", "kopeck", "kopecks"),
    "₿": ("bitcoin", "bitcoins", "satoshi", "satoshis"),
    "USD": ("US dollar", "US dollars", "cent", "cents"),
    "EUR": ("euro", "euros", "cent", "cents"),
    "GBP": ("pound", "pounds", "penny", "pence"),
    "JPY": ("yen", "yen", "sen", "sen"),
    "CHF": ("swiss franc", "swiss francs", "centime", "centimes"),
    "CAD": ("canadian dollar", "canadian dollars", "cent", "cents"),
    "AUD": ("australian dollar", "australian dollars", "cent", "cents"),
    "INR": ("rupee", "rupees", "paisa", "paise"),
    "CNY": ("yuan", "yuan", "fen", "fen"),
}

SCALES = {
    **{"k": "thousand", "thousand": "thousand", "m": "million", "mn": "million"},
    **{"mm": "million", "million": "million", "b": "billion", "bn": "billion"},
    **{"billion": "billion", "t": "trillion", "tn": "trillion", "trillion": "trillion"},
}

UNITS: dict[str, tuple[str, str]] = {
    **{
        "km": ("kilometer", "kilometers"),
        "m": ("meter", "meters"),
        "cm": ("centimeter", "centimeters"),
    },
    **{"mm": ("millimeter", "millimeters"), "µm": ("micrometer", "micrometers")},
    **{"μm": ("micrometer", "micrometers"), "nm": ("nanometer", "nanometers")},
    **{"mi": ("mile", "miles"), "ft": ("foot", "feet"), "yd": ("yard", "yards")},
    **{"in": ("inch", "inches"), "kg": ("kilogram", "kilograms"), "g": ("gram", "grams")},
    **{"mg": ("milligram", "milligrams"), "µg": ("microgram", "micrograms")},
    **{"μg": ("microgram", "micrograms"), "lb": ("pound", "pounds"), "lbs": ("pound", "pounds")},
    **{"oz": ("ounce", "ounces"), "l": ("liter", "liters"), "L": ("liter", "liters")},
    **{"ml": ("milliliter", "milliliters"), "mL": ("milliliter", "milliliters")},
    **{"cl": ("centiliter", "centiliters"), "gal": ("gallon", "gallons")},
    **{"s": ("second", "seconds"), "sec": ("second", "seconds"), "secs": ("second", "seconds")},
    **{"ms": ("millisecond", "milliseconds"), "µs": ("microsecond", "microseconds")},
    **{"ns": ("nanosecond", "nanoseconds"), "min": ("minute", "minutes")},
    **{"mins": ("minute", "minutes"), "h": ("hour", "hours"), "hr": ("hour", "hours")},
    **{"hrs": ("hour", "hours"), "yr": ("year", "years"), "yrs": ("year", "years")},
    **{
        "Hz": ("hertz", "hertz"),
        "kHz": ("kilohertz", "kilohertz"),
        "MHz": ("megahertz", "megahertz"),
    },
    **{"GHz": ("gigahertz", "gigahertz"), "W": ("watt", "watts"), "kW": ("kilowatt", "kilowatts")},
    **{"MW": ("megawatt", "megawatts"), "GW": ("gigawatt", "gigawatts")},
    **{"kWh": ("kilowatt hour", "kilowatt hours"), "V": ("volt", "volts"), "A": ("amp", "amps")},
    **{"mAh": ("milliamp hour", "milliamp hours"), "J": ("joule", "joules")},
    **{"kJ": ("kilojoule", "kilojoules"), "kcal": ("kilocalorie", "kilocalories")},
    **{
        "cal": ("calorie", "calories"),
        "Pa": ("pascal", "pascals"),
        "hPa": ("hectopascal", "hectopascals"),
    },
    **{"kPa": ("kilopascal", "kilopascals"), "psi": ("P.S.I.", "P.S.I.")},
    **{"B": ("byte", "bytes"), "KB": ("kilobyte", "kilobytes"), "kB": ("kilobyte", "kilobytes")},
    **{
        "MB": ("megabyte", "megabytes"),
        "GB": ("gigabyte", "gigabytes"),
        "TB": ("terabyte", "terabytes"),
    },
    **{"PB": ("petabyte", "petabytes"), "Kbps": ("kilobit per second", "kilobits per second")},
    **{"kbps": ("kilobit per second", "kilobits per second")},
    **{"Mbps": ("megabit per second", "megabits per second")},
    **{"Gbps": ("gigabit per second", "gigabits per second")},
    **{"dB": ("decibel", "decibels"), "ha": ("hectare", "hectares"), "px": ("pixel", "pixels")},
    **{
        "mph": ("mile per hour", "miles per hour"),
        "kph": ("kilometer per hour", "kilometers per hour"),
    },
    **{"rpm": ("R.P.M.", "R.P.M."), "fps": ("frame per second", "frames per second")},
    **{"km/h": ("kilometer per hour", "kilometers per hour")},
    **{"m/s": ("meter per second", "meters per second")},
    **{"m/s²": ("meter per second squared", "meters per second squared")},
    **{"km²": ("square kilometer", "square kilometers"), "m²": ("square meter", "square meters")},
    **{"cm²": ("square centimeter", "square centimeters"), "m³": ("cubic meter", "cubic meters")},
    **{
        "cm³": ("cubic centimeter", "cubic centimeters"),
        "km2": ("square kilometer", "square kilometers"),
    },
    **{"m2": ("square meter", "square meters"), "m3": ("cubic meter", "cubic meters")},
    **{"ft²": ("square foot", "square feet"), "sqft": ("square foot", "square feet")},
    **{
        "°C": ("degree celsius", "degrees celsius"),
        "°F": ("degree fahrenheit", "degrees fahrenheit"),
    },
    **{"°": ("degree", "degrees"), "%": ("percent", "percent"), "‰": ("per mille", "per mille")},
    **{
        "ºC": ("degree celsius", "degrees celsius"),
        "ºF": ("degree fahrenheit", "degrees fahrenheit"),
    },
    **{"K": ("thousand", "thousand"), "k": ("thousand", "thousand"), "M": ("million", "million")},
    **{"bn": ("billion", "billion")},
}

ABBREVIATIONS: dict[str, str] = {
    # Written with a stop; the stop is part of the match.
    **{"Mr.": "mister", "Mrs.": "missus", "Ms.": "miz", "Mx.": "mix", "Dr.": "doctor"},
    **{"Prof.": "professor", "Rev.": "reverend", "Fr.": "father", "Hon.": "honorable"},
    **{"Gen.": "general", "Col.": "colonel", "Maj.": "major", "Capt.": "captain"},
    **{"Cpt.": "captain", "Lt.": "lieutenant", "Sgt.": "sergeant", "Cmdr.": "commander"},
    **{"Adm.": "admiral", "Pvt.": "private", "Gov.": "governor", "Sen.": "senator"},
    **{"Rep.": "representative", "Pres.": "president", "Supt.": "superintendent"},
    **{"Jr.": "junior", "Sr.": "senior", "Esq.": "esquire", "Inc.": "incorporated"},
    **{"Ltd.": "limited", "Corp.": "corporation", "Co.": "company", "Bros.": "brothers"},
    **{"Dept.": "department", "dept.": "department", "Univ.": "university"},
    **{"Ave.": "avenue", "Blvd.": "boulevard", "Rd.": "road", "Hwy.": "highway"},
    **{"Apt.": "apartment", "Mt.": "mount", "Ft.": "fort", "Ste.": "suite"},
    **{"vs.": "versus", "v.": "versus", "etc.": "et cetera", "approx.": "approximately"},
    **{"e.g.": "for example", "i.e.": "that is", "cf.": "compare", "viz.": "namely"},
    **{"a.k.a.": "A.K.A.", "est.": "established", "min.": "minimum", "max.": "maximum"},
    **{"avg.": "average", "misc.": "miscellaneous", "govt.": "government", "Govt.": "government"},
    **{"tel.": "telephone", "Tel.": "telephone", "ext.": "extension", "Ext.": "extension"},
    **{"fig.": "figure", "Fig.": "figure", "figs.": "figures", "Figs.": "figures"},
    **{"vol.": "volume", "Vol.": "volume", "pp.": "pages", "ed.": "edition", "al.": "al"},
    **{"Messrs.": "messers", "P.S.": "P.S.", "R.I.P.": "R.I.P."},
}

PLAIN_ABBREVIATIONS = {
    **{"Mr": "mister", "Mrs": "missus", "Ms": "miz", "Dr": "doctor", "Prof": "professor"},
    **{"vs": "versus", "etc": "et cetera", "Jr": "junior", "Ltd": "limited", "Sgt": "sergeant"},
    **{"Blvd": "boulevard", "eg": "for example", "w/o": "without", "w/": "with"},
}

SIGNS = {
    **{"&": "and", "+": "plus", "=": "equals", "@": "at", "%": "percent", "#": "hash"},
    **{"×": "times", "÷": "divided by", "±": "plus or minus", "≈": "approximately equals"},
    **{"≠": "is not equal to", "≤": "is less than or equal to", "≥": "is greater than or equal to"},
    **{"°": "degrees", "§": "section", "¶": "paragraph", "©": "copyright", "®": "registered"},
    **{"™": "trademark", "→": "to", "←": "from", "∞": "infinity", "√": "square root of"},
    **{"$": "dollar", "£": "pound", "€": "euro", "¥": "yen", "₹": "rupee", "π": "pi", "µ": "micro"},
    **{"½": "one half", "¼": "one quarter", "¾": "three quarters", "⅓": "one third"},
    **{"⅔": "two thirds", "⅛": "one eighth", "⅜": "three eighths", "⅝": "five eighths"},
    **{"⅞": "seven eighths", "⅕": "one fifth", "⅖": "two fifths", "⅗": "three fifths"},
    **{"⅘": "four fifths", "⅙": "one sixth", "⅚": "five sixths", "²": "squared", "³": "cubed"},
    **{"∆": "delta", "Δ": "delta", "Ω": "ohms", "∑": "sum", "♥": "love", "❤": "love"},
}
