export { EXAMPLE_TIME, MAPPING_EXAMPLES, type MappingExample } from './examples.ts';
