type ModelLanguage = 'en' | 'zh' | 'de' | 'es'

const answers: Record<ModelLanguage, string> = {
  en: `A river does not hurry, and yet it arrives. This answer is canned, but it comes the way a real one does: \
token by token, over a POST. A POST is not sent again by itself, since that may cost twice; where the server numbers \
its words, it can be taken up instead. So drop the connection in the middle, or wait until the token expires: the \
next attempt asks for fresh headers, says which word came last, and the server goes on with the one after it. What \
you have read so far stays on the page, and nothing is said twice. Press stop, and the server hears that too: it puts \
down its pen at once, and no one pays for words that nobody reads. That is all there is to it: a number for each \
word, a state that you can show, and a river that finds its bed again.`,
  zh: `河流从不匆忙，却总能到达。这段回答是预先写好的，但它的到来方式与真实的一样：通过一次 POST 请求，\
一个词元接一个词元地送来。POST 请求不会被擅自重发，因为那可能要付两次钱；但只要服务器给每个词编了号，\
就可以从断开的地方接着说。所以，不妨在中途断开连接，或者等令牌过期：下一次尝试会换上新的请求头，\
告诉服务器最后收到的是哪个词，服务器便从下一个词继续。已经读到的内容仍留在页面上，也不会有一句话说两遍。\
按下停止，服务器同样会知道：它立刻搁笔，没有人需要为无人阅读的文字付费。道理就这么简单：\
每个词一个编号，一个可以展示的状态，还有一条总能找回河道的河。`,
  de: `Ein Fluss beeilt sich nicht und kommt doch an. Diese Antwort ist vorbereitet, trifft aber ein wie eine echte: \
Stück für Stück, über eine einzige POST-Anfrage, die nie zweimal geschickt wird. Reißt die Verbindung mittendrin ab, \
bleibt das schon Gelesene stehen; ob noch einmal gefragt wird, entscheidest du.`,
  es: `Un río no tiene prisa y, sin embargo, llega. Esta respuesta está preparada, pero llega como una de verdad: \
palabra a palabra, por una sola petición POST que nunca se envía dos veces. Si la conexión se corta a la mitad, \
lo ya leído permanece; volver a preguntar o no es decisión tuya.`,
}

const words: Record<'de' | 'es', RegExp> = {
  de: /[äöüß]|(?<!\p{L})(?:der|die|das|und|ist|ein|eine|nicht|ich|wie|was|warum|bitte|hallo|über|auf)(?!\p{L})/giu,
  es: /[ñ¿¡áíóú]|(?<!\p{L})(?:el|la|los|las|una?|es|que|como|cómo|qué|por|para|hola|río|gracias|está)(?!\p{L})/giu,
}

/** The language of a question: Chinese by its script, German and Spanish by their letters and small words. */
export function languageOf(question: string): ModelLanguage {
  const text = question.slice(0, 2000)
  if (/\p{Script=Han}/u.test(text)) return 'zh'
  const german = text.match(words.de)?.length ?? 0
  const spanish = text.match(words.es)?.length ?? 0
  if (german === 0 && spanish === 0) return 'en'
  return german >= spanish ? 'de' : 'es'
}

/** The canned answer in tokens: together they are the answer. */
export function tokensFor(question: string): string[] {
  return answers[languageOf(question)].match(/\p{Script=Han}{1,2}|\s*[^\s\p{Script=Han}]+|\s+/gu) ?? []
}
