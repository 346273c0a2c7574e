import { fetchEventSource } from '@headwater/compat'

const request = {
  async onopen(response) {
    throw new Error(`status ${response.status}`)
  },
  onerror(error) {
    throw error
  },
}
const promises = []
window.addEventListener('unhandledrejection', (event) => {
  console.log('unhandled', promises.indexOf(event.promise), event.reason.message)
})
promises.push(fetchEventSource('/api/missing', request))
promises.push(new fetchEventSource('/api/absent', request))
