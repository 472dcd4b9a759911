import { MemoryStore } from './store.ts';
import { storeConformance } from './test/store-conformance.ts';

storeConformance('MemoryStore', () => ({ open: async () => new MemoryStore(), outlives: false }));
