// Builds everything that is served as a static file into build/static: styles, fonts, scripts, images.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as sass from "sass";

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(here);
const packages = join(root, "node_modules");
const out = join(root, "build", "static");

/** Source-map comments name files that we do not ship, which breaks the hashed-file manifest. */
const withoutSourceMap = (text) => text.replace(/(\/\/|\/\*)# sourceMappingURL=.*$/gm, "");

function copyFolder(name, extension) {
  const from = join(here, name);
  if (!existsSync(from)) return;
  mkdirSync(join(out, name), { recursive: true });
  for (const file of readdirSync(from)) {
    if (file.endsWith(extension)) cpSync(join(from, file), join(out, name, file));
  }
}

function compileStyles() {
  const { css } = sass.compile(join(here, "scss", "trust-quality.scss"), {
    style: "compressed",
    quietDeps: true,
    importers: [new sass.NodePackageImporter(root)],
  });
  if (/govuk-crest|GDS Transport/.test(css)) {
    throw new Error("The stylesheet still names the crest or the Transport typeface.");
  }
  return withoutSourceMap(css);
}

function copyFonts() {
  const family = join(packages, "@fontsource", "source-sans-3");
  mkdirSync(join(out, "fonts"), { recursive: true });
  for (const subset of ["latin", "latin-ext"]) {
    for (const weight of [400, 600]) {
      const file = `source-sans-3-${subset}-${weight}-normal.woff2`;
      cpSync(join(family, "files", file), join(out, "fonts", file));
    }
  }
  cpSync(join(family, "LICENSE"), join(out, "fonts", "source-sans-3-licence.txt"));
}

function copyFrontendScript() {
  const script = join(packages, "govuk-frontend", "dist", "govuk", "govuk-frontend.min.js");
  writeFileSync(
    join(out, "js", "govuk-frontend.min.js"),
    withoutSourceMap(readFileSync(script, "utf8")),
  );
}

// Compiled before anything is removed: a mistake in the styles leaves the last build standing.
const styles = compileStyles();
rmSync(out, { recursive: true, force: true });
mkdirSync(join(out, "css"), { recursive: true });
writeFileSync(join(out, "css", "trust-quality.css"), styles);
copyFonts();
copyFolder("css", ".css");
copyFolder("js", ".js");
copyFolder("images", "");
copyFrontendScript();
console.log("Built the styles, fonts and scripts in build/static.");
