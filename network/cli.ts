/** `npm run network -- <command>`: brings networks up and down and tells what they are doing. */
import { runCommand } from './commands/run-command.ts';

process.exitCode = await runCommand(process.argv.slice(2));
