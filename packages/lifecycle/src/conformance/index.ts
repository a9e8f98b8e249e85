export { type ServiceConformanceOptions, serviceConformance } from './service-conformance.ts';
