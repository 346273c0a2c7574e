type ModelLanguage = 'en' | 'zh' | 'de' | 'es'

const answers: Record<ModelLanguage, string> = {
  en: `A river does not hurry, and yet it arrives. This answer is canned, but it is sent like a real one: token by \
token, in the response to a POST request. A POST request is not sent again automatically, since that may cost twice. \
But this answer has an id, which the page has chosen, so a request that is sent again attaches to it. Try it: drop the \
connection, reload the page, or wait until the token expires. The next attempt sends fresh headers and the id of the \
last message, and the server continues with the message after it, or from the beginning if the page has forgotten it. \
Meanwhile the answer goes on, because to leave is not to stop. Press stop, and the server stops generating at once: \
nobody pays for words that nobody reads. All it takes is an id for the answer, and one for each message.`,
  zh: `河流从不匆忙，却总能到达。这段回答是预先写好的，但发送方式与真实的回答一样：在一次 POST 请求的响应中，\
一个词元接一个词元地传来。POST 请求不会自动重发，因为重发可能要付两次钱。不过，这个回答有一个由页面选定的编号，\
所以再次发送的请求会接上同一个回答。不妨试一试：在中途断开连接、刷新页面，或者等令牌过期。下一次尝试会带上新的请求头和\
最后一条消息的编号，服务器从下一条消息继续发送；如果页面已经忘记了编号，就从头发送。在此期间，回答仍在生成，\
因为离开并不等于停止。按下停止，服务器会立即停止生成，没有人需要为无人阅读的文字付费。\
要做到这些，只需要给回答和每条消息各一个编号。`,
  de: `Ein Fluss beeilt sich nicht und kommt doch an. Diese Antwort ist vorbereitet, trifft aber ein wie eine echte: \
Stück für Stück, als Antwort auf eine POST-Anfrage, die nicht von selbst ein zweites Mal gesendet wird. Bricht die \
Verbindung mittendrin ab, bleibt der schon gelesene Text stehen; ob du noch einmal fragst, entscheidest du.`,
  es: `Un río no tiene prisa y, sin embargo, llega. Esta respuesta está preparada, pero llega como una de verdad: \
palabra a palabra, en respuesta a una petición POST que no se vuelve a enviar por sí sola. Si la conexión se corta a \
la mitad, el texto ya leído permanece; volver a preguntar o no es decisión tuya.`,
}

const reasoning: Record<ModelLanguage, string> = {
  en: 'This is about streams that go on. I know what is to be said about them, and I have a source for it.',
  zh: '这个问题与数据流的续传有关，我知道怎么回答，也有资料来源。',
  de: 'Hier geht es um Ströme, die weitergehen. Was dazu zu sagen ist, weiß ich, und eine Quelle habe ich auch.',
  es: 'Se trata de flujos que continúan. Sé qué decir al respecto y tengo una fuente.',
}

const priceReasoning: Record<ModelLanguage, string> = {
  en: 'I do not know the market. The page does: it has a tool for prices.',
  zh: '我不了解行情，但页面了解：它提供了查询价格的工具。',
  de: 'Den Markt kenne ich nicht. Die Seite kennt ihn: Sie hat ein Werkzeug für Preise.',
  es: 'No conozco el mercado. La página sí: tiene una herramienta de precios.',
}

const priceAnswers: Record<ModelLanguage, (result: string) => string> = {
  en: (result) =>
    `The page ran the tool, and its result is ${result}. It has changed since: see the market above.`,
  zh: (result) => `页面运行了工具，结果是 ${result}。价格现在已经变了，请看上方的行情。`,
  de: (result) =>
    `Die Seite hat das Werkzeug ausgeführt, das Ergebnis ist ${result}. Inzwischen hat es sich geändert.`,
  es: (result) => `La página ejecutó la herramienta y el resultado es ${result}. Desde entonces ha cambiado.`,
}

/** The source that the model cites. */
export const source = {
  url: 'https://html.spec.whatwg.org/multipage/server-sent-events.html',
  title: 'HTML Standard: Server-sent events',
}

const languageMarks: Record<'de' | 'es', RegExp> = {
  de: /[äöüß]|(?<!\p{L})(?:der|die|das|und|ist|ein|eine|nicht|ich|wie|was|warum|bitte|hallo|über|auf)(?!\p{L})/giu,
  es: /[ñ¿¡áíóú]|(?<!\p{L})(?:el|la|los|las|una?|es|que|como|cómo|qué|por|para|hola|río|gracias|está)(?!\p{L})/giu,
}

/** Detects the language of a question: Chinese by script, German and Spanish by letters and common short words. */
export function languageOf(question: string): ModelLanguage {
  const text = question.slice(0, 2000)
  if (/\p{Script=Han}/u.test(text)) return 'zh'
  const german = text.match(languageMarks.de)?.length ?? 0
  const spanish = text.match(languageMarks.es)?.length ?? 0
  if (german === 0 && spanish === 0) return 'en'
  return german >= spanish ? 'de' : 'es'
}

/** Returns the canned answer to a question, split into tokens. */
export function tokensFor(question: string): string[] {
  return split(answers[languageOf(question)])
}

/** Returns what the model thinks before it answers, or before it calls the tool for prices, split into tokens. */
export function reasoningFor(question: string, isAboutPrice: boolean): string[] {
  return split((isAboutPrice ? priceReasoning : reasoning)[languageOf(question)])
}

/** Returns the answer about the result of the tool, split into tokens. */
export function priceTokensFor(question: string, result: string): string[] {
  return split(priceAnswers[languageOf(question)](result))
}

function split(text: string): string[] {
  return text.match(/\p{Script=Han}{1,2}|\s*[^\s\p{Script=Han}]+|\s+/gu) ?? []
}
