/** The process in which the AWS SDK runs, as it is asked and as it answers. */
import * as v from "valibot";
import { ProviderError } from "../error.ts";
import type { HttpSender } from "../support/http-sender.ts";
import { serveParent } from "../worker/own-process.ts";
import { awsSettings } from "./settings.ts";
import { storedText } from "./stored-text.ts";

const milliseconds = v.pipe(v.number(), v.minValue(0));
const questionSchema = v.strictObject({
  /** For services. */
  patience: v.strictObject({ timeout: milliseconds, delay: milliseconds }),
  /** The variables of AWS that are set. */
  request: v.strictObject({ settings: v.record(v.string(), v.string()) }),
});
type Patience = v.InferOutput<typeof questionSchema>["patience"];

/** @param createHttp the way to services */
export function serveAws(createHttp: (patience: Patience) => HttpSender): void {
  serveParent({
    async answer(question) {
      const { patience, request } = v.parse(questionSchema, question);
      const warnings: string[] = [];
      const context = {
        setting: (name: string) => request.settings[name],
        warn: (text: string) => void warnings.push(text),
        http: createHttp(patience),
      };
      try {
        return { warnings, text: await storedText(context, awsSettings(context)) };
      } catch (error) {
        if (!(error instanceof ProviderError)) throw error;
        const { code, message, hint } = error;
        return { warnings, failure: { code, message, ...(hint !== undefined && { hint }) } };
      }
    },
    // What it says may quote the request.
    describeFailure: (error) => ({
      code: "UNEXPECTED",
      message: error instanceof Error ? error.name.slice(0, 100) : "",
    }),
  });
}
