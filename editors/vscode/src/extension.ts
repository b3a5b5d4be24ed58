/** The extension: starts `gmlc lsp` for the files of the language, and shows the graph of a project. */
import * as vscode from 'vscode';

import { GraphPanel } from './graph';
import { Server } from './server';

let server: Server | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const running = new Server();
  server = running;
  context.subscriptions.push(
    running,
    vscode.commands.registerCommand('gml.restartServer', () => running.restart()),
    vscode.commands.registerCommand('gml.showOutput', () => { running.showOutput(); }),
    vscode.commands.registerCommand('gml.showGraph', () => GraphPanel.show()),
    vscode.workspace.onDidChangeConfiguration(async (change) => {
      if (change.affectsConfiguration('gml.path') || change.affectsConfiguration('gml.server')) {
        await running.restart();
      }
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(() => running.restart()),
  );
  await running.restart();
}

export async function deactivate(): Promise<void> {
  await server?.stop();
}
