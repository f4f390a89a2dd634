import { stringify } from 'yaml';
import { nativeFolders } from '../native/folders.ts';
import { scrapeConfig } from '../native/scrape-config.ts';
import type { Command } from './context.ts';

/** Prints a Prometheus configuration that scrapes every gateway, peer and orderer and loads the alerts. */
export const prometheus: Command = {
  name: 'prometheus',
  summary: 'a Prometheus configuration: every gateway, peer and orderer, with the alerts',
  async run(context) {
    const config = scrapeConfig(context.resolved(), {
      organizationsFolder: nativeFolders(context.dataFolder).organizations,
      gatewaysOnly: context.driver === 'embedded',
    });
    context.answer(stringify(config).trimEnd(), config);
    return 0;
  },
};
