export { createFakeClock, type FakeClock } from './fake-clock.ts'
export { createFakeServer, type FakeRequest, type FakeServer } from './fake-server.ts'
export { resetScope } from './reset-scope.ts'
