import { MemoryStore } from './store.ts';
import { storeConformance } from './store-conformance.ts';

storeConformance('MemoryStore', () => ({ open: async () => new MemoryStore(), outlives: false }));
