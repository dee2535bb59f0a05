// Starts mirrorgen lsp for HCL files.
const { workspace } = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

let client;

exports.activate = () => {
  const settings = workspace.getConfiguration("mirrorgen");
  const command = { command: settings.get("path"), args: ["lsp", ...settings.get("arguments")] };
  client = new LanguageClient("mirrorgen", "mirrorgen", command, {
    documentSelector: [{ language: "hcl" }],
  });
  return client.start();
};

exports.deactivate = () => client?.stop();
