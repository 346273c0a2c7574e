export * from '@headwater/core/tabs'
