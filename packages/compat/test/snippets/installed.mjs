import * as library from '@headwater/compat'

window.EventSource = library.EventSource

function follow(url) {
  if (window.hasOwnProperty('EventSource')) {
    let source = new EventSource(url)
    source.onopen = function () {
      console.log('open', source.readyState === EventSource.OPEN)
    }
    source.onmessage = function (event) {
      console.log('message', Object.keys(JSON.parse(event.data)).join())
      source.close()
      follow('/api/missing')
    }
    source.onerror = function (event) {
      console.log('error', event.target.readyState === EventSource.CLOSED)
    }
  } else {
    console.log('not supported')
  }
}

follow('/api/ticker')
