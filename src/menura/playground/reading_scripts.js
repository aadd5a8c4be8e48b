// What to read aloud for a recording, by locale and by how the voice shall sound. A voice speaks as
// its recording was spoken, so each text asks for its energy by what it says. 10 to 20 seconds each.
export const ENERGIES = [
  { value: "calm", label: "Calm", hint: "Slow and warm: stories, sleep, meditation." },
  { value: "neutral", label: "Neutral", hint: "Clear and friendly: support, news, lessons." },
  { value: "lively", label: "Lively", hint: "Bright and quick: games, adverts, chat." },
];

// The locales that people record in: those with a text of their own, and of other languages all.
export function recordedLocales(locales) {
  const written = new Set(Object.keys(SCRIPTS).map((locale) => locale.slice(0, 2)));
  return (locales ?? []).filter(({ locale, language }) => locale in SCRIPTS || !written.has(language));
}

export const SCRIPTS = {
  "en-US": {
    calm: "The evening is quiet now. A light rain falls on the garden, and the lamp by the window gives a soft, warm glow. There is nothing left to do today. Take a slow breath, lean back, and let the day come to rest.",
    neutral: "Thank you for calling. Your order left our warehouse this morning and should reach you on Thursday between nine and noon. If nobody is home, the driver will leave the package with a neighbor. Is there anything else I can check for you?",
    lively: "You won't believe what just happened! I walked into the store, and there it was, the very last one on the shelf! I grabbed it, ran to the counter, and guess who was standing there? Come on, take a guess, you'll never get it!",
  },
  "en-GB": {
    calm: "The house is still tonight. Outside, the tide is going out, and a few gulls call from the harbour wall. Put the kettle on, draw the curtains, and sit with me for a while. Tomorrow can wait until tomorrow.",
    neutral: "Good morning, and here is the travel news. The road to Oxford is slow after an earlier breakdown, so please allow another twenty minutes. Trains are running to time, and the ferry leaves as planned at a quarter past ten.",
    lively: "Oh, brilliant, you made it! Quick, come in, the others are already in the garden! We've got cake, we've got music, and you'll never guess who has just turned up with a bright yellow kite! Honestly, you have to see this!",
  },
  "es-ES": {
    calm: "La tarde se ha quedado en silencio. Cae una lluvia fina sobre el jardín, y la lámpara de la ventana da una luz suave y cálida. Hoy ya no queda nada por hacer. Respira despacio, recuéstate y deja que el día descanse.",
    neutral: "Gracias por llamar. Su pedido salió de nuestro almacén esta mañana y le llegará el jueves, entre las nueve y las doce. Si no hay nadie en casa, el repartidor dejará el paquete a un vecino. ¿Puedo ayudarle en algo más?",
    lively: "¡No te vas a creer lo que acaba de pasar! Entro en la tienda, y allí estaba, ¡el último que quedaba! Lo cojo, corro a la caja, ¿y a que no sabes quién estaba delante de mí? ¡Venga, adivina, no lo vas a acertar nunca!",
  },
  "fr-FR": {
    calm: "La soirée est calme, maintenant. Une pluie légère tombe sur le jardin, et la lampe près de la fenêtre donne une lumière douce et chaude. Il n'y a plus rien à faire aujourd'hui. Respirez lentement, et laissez la journée s'éteindre.",
    neutral: "Merci de votre appel. Votre commande a quitté notre entrepôt ce matin et vous parviendra jeudi, entre neuf heures et midi. En votre absence, le livreur laissera le colis chez un voisin. Puis-je vous aider pour autre chose ?",
    lively: "Tu ne vas jamais me croire ! J'entre dans le magasin, et là, devant moi, le tout dernier ! Je l'attrape, je cours à la caisse, et devine qui était juste devant moi ? Allez, essaie, tu ne trouveras jamais !",
  },
  "hi-IN": {
    calm: "शाम अब शांत हो गई है। बगीचे पर हल्की बारिश हो रही है, और खिड़की के पास रखा दीया धीमी, गरम रोशनी दे रहा है। आज करने को कुछ नहीं बचा। धीरे से साँस लीजिए, आराम से बैठिए, और दिन को विदा कीजिए।",
    neutral: "फ़ोन करने के लिए धन्यवाद। आपका सामान आज सुबह हमारे गोदाम से निकल चुका है, और गुरुवार को नौ से बारह बजे के बीच आपके पास पहुँचेगा। अगर घर पर कोई न हो, तो उसे पड़ोसी को दे दिया जाएगा। क्या मैं आपकी और कोई मदद कर सकती हूँ?",
    lively: "तुम यक़ीन नहीं करोगे कि अभी क्या हुआ! मैं दुकान में गया, और वहाँ बस आख़िरी वाला बचा था! मैंने झट से उठाया, काउंटर की तरफ़ दौड़ा, और सोचो, मेरे आगे कौन खड़ा था? चलो, बताओ, तुम कभी नहीं बता पाओगे!",
  },
  "it-IT": {
    calm: "La sera adesso è silenziosa. Una pioggia leggera cade sul giardino, e la lampada vicino alla finestra dà una luce morbida e calda. Oggi non c'è più niente da fare. Respira piano, appoggiati, e lascia che la giornata si riposi.",
    neutral: "Grazie per aver chiamato. Il suo ordine è partito questa mattina dal nostro magazzino e arriverà giovedì, tra le nove e mezzogiorno. Se in casa non c'è nessuno, il corriere lascerà il pacco a un vicino. Posso aiutarla in altro?",
    lively: "Non ci crederai mai! Entro nel negozio, e lì, davanti a me, l'ultimo rimasto! Lo prendo, corro alla cassa, e indovina chi c'era davanti a me? Dai, prova a indovinare, tanto non ci arrivi!",
  },
  "ja-JP": {
    calm: "静かな夜になりました。庭にはやさしい雨が降り、窓辺の明かりがあたたかく光っています。今日はもう、することは何もありません。ゆっくり息を吸って、体を楽にして、一日を休ませてあげましょう。",
    neutral: "お電話ありがとうございます。ご注文の品は、今朝、倉庫を出発しました。木曜日の午前九時から正午の間に届く予定です。お留守の場合は、あらためてお届けします。ほかにお手伝いできることはございますか。",
    lively: "ねえ、聞いて、信じられないことがあったの！お店に入ったら、最後の一つがまだ残ってたんだよ！急いで取ってレジに走ったら、前に並んでたの、誰だと思う？当ててみて、絶対に当たらないから！",
  },
  "pt-BR": {
    calm: "A noite agora está tranquila. Uma chuva fina cai sobre o jardim, e a luz perto da janela é suave e quente. Não há mais nada para fazer hoje. Respire devagar, encoste-se, e deixe o dia descansar.",
    neutral: "Obrigado por ligar. Seu pedido saiu do nosso depósito hoje de manhã e deve chegar na quinta-feira, entre as nove e o meio-dia. Se não houver ninguém em casa, o entregador deixa o pacote com um vizinho. Posso ajudar em mais alguma coisa?",
    lively: "Você não vai acreditar no que acabou de acontecer! Entrei na loja e lá estava ele, o último da prateleira! Peguei, corri para o caixa, e adivinha quem estava bem na minha frente? Vai, tenta, você nunca vai acertar!",
  },
  "zh-CN": {
    calm: "夜晚安静下来了。小雨轻轻地落在花园里，窗边的灯光柔和又温暖。今天已经没有什么事要做了。慢慢地吸一口气，放松身体，让这一天好好休息吧。",
    neutral: "感谢您的来电。您的订单今天早上已经从仓库发出，预计星期四上午九点到十二点之间送到。如果家里没有人，快递员会把包裹交给邻居。请问还有什么可以帮您的吗？",
    lively: "你绝对想不到刚才发生了什么！我一走进商店，就看到架子上只剩最后一个了！我赶紧拿起来跑去付钱，你猜谁就站在我前面？快猜猜看，你肯定猜不到！",
  },
};
