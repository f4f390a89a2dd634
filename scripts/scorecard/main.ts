/** `npm run fit-scorecard -- <csv> <columns.json> --model <json> --report <md>`: fits a scorecard, measures it, writes both. */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { buildModel } from './build-model.ts';
import { chooseRidge } from './choose-ridge.ts';
import { readApplicants, readColumnFile } from './columns.ts';
import { readCsv } from './read-csv.ts';
import { writeReport } from './report.ts';
import { splitOff } from './split.ts';

const help = `Usage: npm run fit-scorecard -- <applicants.csv> <columns.json> --model <file.json> --report <file.md>

  --seed <text>          which third is held out (default: the model's id)
  --least-share <share>  smallest share of applicants in a band (default 0.05)
  --most-bands <count>   most bands of a range (default 6)

columns.json describes each column: see chaincode/credit/models/german-credit.columns.json.
`;

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    model: { type: 'string' },
    report: { type: 'string' },
    seed: { type: 'string' },
    'least-share': { type: 'string', default: '0.05' },
    'most-bands': { type: 'string', default: '6' },
  },
});
const [csvFile, columnsFile] = positionals;
if (!csvFile || !columnsFile || !values.model || !values.report) {
  process.stdout.write(help);
  process.exit(2);
}

const given = {
  leastShare: Number(values['least-share']),
  mostBands: Number(values['most-bands']),
  leastInformationValue: 0.02,
  leastStandardErrors: 1.28,
};
const file = readColumnFile(JSON.parse(readFileSync(columnsFile, 'utf8')));
const applicants = readApplicants(file, readCsv(readFileSync(csvFile, 'utf8')));
const seed = values.seed ?? file.modelId;
const split = splitOff(applicants, seed);
const sometimesMissing = new Set(
  applicants.flatMap(({ values: of }) => [...of].filter(([, value]) => value === null).map(([name]) => name)),
);
const rules = { ...given, sometimesMissing, ridge: chooseRidge(file, split.development, given) };
const fitted = buildModel(file, split.development, rules);
writeFileSync(values.model, `${JSON.stringify(fitted.model, undefined, 2)}\n`);
writeFileSync(values.report, writeReport({ file, fitted, split, rules, seed }));
process.stdout.write(`${fitted.model.attributes.length} attributes: ${values.model}, ${values.report}\n`);
