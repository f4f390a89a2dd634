// Preloaded into every child: when the parent is gone, however it went, its inter-process channel closes and so do we.
const graceMilliseconds = 3000;

process.once('disconnect', () => {
  process.kill(process.pid, 'SIGTERM');
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), graceMilliseconds).unref();
});
// The channel alone must not keep a child alive that has finished.
process.channel?.unref();
