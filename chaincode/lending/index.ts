export { previewSchedule } from './schedule/build-schedule.ts';
