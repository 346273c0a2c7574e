type ModelLanguage = 'en' | 'zh' | 'de' | 'es'

const answers: Record<ModelLanguage, string> = {
  en: `A river does not hurry, and yet it arrives. This answer is canned, but it is sent like a real one: token by \
token, in the response to a POST request. A POST request is not sent again automatically, since that may cost twice. \
But this server numbers its messages, so an interrupted answer can be resumed. Try it: drop the connection, or wait \
until the token expires. The next attempt sends fresh headers and the id of the last message, and the server continues \
with the message after it. The text that you have already read stays on the page, and no word appears twice. Press \
stop, and the server stops generating at once: nobody pays for words that nobody reads. All it takes is an id for each \
message, and a state that the page can show at any moment.`,
  zh: `河流从不匆忙，却总能到达。这段回答是预先写好的，但发送方式与真实的回答一样：在一次 POST 请求的响应中，\
一个词元接一个词元地传来。POST 请求不会自动重发，因为重发可能要付两次钱。不过，这个服务器给每条消息都编了号，\
所以中断的回答可以续传。不妨试一试：在中途断开连接，或者等令牌过期。下一次尝试会带上新的请求头和最后一条消息的编号，\
服务器从下一条消息继续发送。已经读到的文字仍留在页面上，也不会有一个词重复出现。按下停止，服务器会立即停止生成，\
没有人需要为无人阅读的文字付费。要做到这些，只需要每条消息一个编号，以及一个随时可以展示的状态。`,
  de: `Ein Fluss beeilt sich nicht und kommt doch an. Diese Antwort ist vorbereitet, trifft aber ein wie eine echte: \
Stück für Stück, als Antwort auf eine POST-Anfrage, die nicht von selbst ein zweites Mal gesendet wird. Bricht die \
Verbindung mittendrin ab, bleibt der schon gelesene Text stehen; ob du noch einmal fragst, entscheidest du.`,
  es: `Un río no tiene prisa y, sin embargo, llega. Esta respuesta está preparada, pero llega como una de verdad: \
palabra a palabra, en respuesta a una petición POST que no se vuelve a enviar por sí sola. Si la conexión se corta a \
la mitad, el texto ya leído permanece; volver a preguntar o no es decisión tuya.`,
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
  return answers[languageOf(question)].match(/\p{Script=Han}{1,2}|\s*[^\s\p{Script=Han}]+|\s+/gu) ?? []
}
