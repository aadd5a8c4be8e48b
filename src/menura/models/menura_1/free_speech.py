"""Sentences that a clone speaks freely while it is fitted, in each language of the model."""

from menura.text.utterance import Language

_SENTENCES: dict[str, tuple[str, ...]] = {
    "en": (
        "The harbour was quiet that morning, and a thin fog lay over the boats.",
        "Would you like to hear the story again, or shall we go on to the next one?",
        "She measured the room twice, wrote the numbers down, and ordered new shelves.",
        "Nobody expected the old radio to work, yet it played jazz until midnight.",
        "Please send me the file before Thursday, so that I can check every page.",
        "Above the valley, hawks were turning slowly in the warm afternoon air.",
        "I think the third answer is right, although the question was rather vague.",
        "Fresh bread, goat cheese and a handful of olives made a perfect supper.",
    ),
    "es": (
        "El puerto estaba tranquilo aquella mañana y una niebla fina cubría los barcos.",
        "¿Quieres escuchar la historia otra vez o pasamos a la siguiente?",
        "Midió la habitación dos veces, apuntó los números y encargó estantes nuevos.",
        "Por favor, envíame el archivo antes del jueves para revisar cada página.",
    ),
    "fr": (
        "Le port était calme ce matin-là, et une brume légère couvrait les bateaux.",
        "Voulez-vous entendre l'histoire encore une fois, ou passer à la suivante ?",
        "Elle a mesuré la chambre deux fois, puis elle a commandé de nouvelles étagères.",
        "Envoyez-moi le dossier avant jeudi, afin que je puisse relire chaque page.",
    ),
    "hi": (
        "उस सुबह बंदरगाह शांत था और नावों पर हल्का कोहरा छाया हुआ था।",
        "क्या आप कहानी फिर से सुनना चाहेंगे, या हम अगली कहानी शुरू करें?",
        "उसने कमरे को दो बार नापा और फिर नई अलमारियाँ मँगवाईं।",
        "कृपया मुझे गुरुवार से पहले फ़ाइल भेज दीजिए, ताकि मैं हर पन्ना देख सकूँ।",
    ),
    "it": (
        "Quella mattina il porto era tranquillo e una nebbia sottile copriva le barche.",
        "Vuoi ascoltare di nuovo la storia, oppure passiamo alla prossima?",
        "Ha misurato la stanza due volte, poi ha ordinato degli scaffali nuovi.",
        "Per favore, mandami il documento prima di giovedì, così controllo ogni pagina.",
    ),
    "ja": (
        "その朝、港は静かで、船の上に薄い霧がかかっていました。",
        "もう一度お話を聞きますか、それとも次に進みましょうか。",
        "彼女は部屋を二回測って、新しい棚を注文しました。",
        "木曜日までに資料を送ってください。全部のページを確認します。",
    ),
    "pt": (
        "O porto estava calmo naquela manhã, e uma neblina fina cobria os barcos.",
        "Você quer ouvir a história de novo, ou vamos para a próxima?",
        "Ela mediu a sala duas vezes, anotou os números e encomendou prateleiras novas.",
        "Por favor, envie o arquivo antes de quinta-feira, para que eu confira cada página.",
    ),
    "zh": (
        "那天早上港口很安静，船上笼罩着一层薄雾。",
        "你想再听一遍这个故事，还是继续听下一个？",
        "她把房间量了两遍，然后订了新的书架。",
        "请在星期四之前把文件发给我，这样我可以检查每一页。",
    ),
}


def sentences(language: Language) -> tuple[str, ...]:
    """The sentences of a spoken language."""
    return _SENTENCES[language.split("-")[0]]
