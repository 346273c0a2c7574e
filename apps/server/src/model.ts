type ModelLanguage = 'en' | 'zh' | 'de' | 'es'

const answers: Record<ModelLanguage, string> = {
  en: `A river does not hurry, and yet it arrives. This answer is canned, but it comes the way a real one does: \
token by token, over one POST that is never sent twice. Drop the connection in the middle, and what you have \
read so far stays; whether to ask again is your choice, not the library's.`,
  zh: `河流从不匆忙，却总能到达。这段回答是预先写好的，但它的到来方式与真实的一样：一个词元接一个词元，\
只经过一次 POST 请求，绝不会被重复发送。即使中途断开连接，已经读到的内容仍会保留；是否再问一次，由你决定。`,
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
