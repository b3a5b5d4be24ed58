/** The language server and the client that talks to it. */
import * as vscode from 'vscode';
import { LanguageClient, State } from 'vscode-languageclient/node';

import { command, serverArguments } from './settings';

export class Server implements vscode.Disposable {
  private readonly output = vscode.window.createOutputChannel('GML', { log: true });
  private client: LanguageClient | undefined;

  /** Ends the server that runs, if one does, and starts another. Nothing is started in a workspace that is not trusted. */
  async restart(): Promise<void> {
    await this.stop();
    if (!vscode.workspace.isTrusted) {
      return;
    }
    const client = new LanguageClient(
      'gml',
      'GML',
      { command: command(), args: ['lsp', ...serverArguments()] },
      {
        documentSelector: [
          { scheme: 'file', language: 'gml' },
          { scheme: 'untitled', language: 'gml' },
        ],
        outputChannel: this.output,
        synchronize: { fileEvents: vscode.workspace.createFileSystemWatcher('**/{*.gml,gml.toml}') },
      },
    );
    this.client = client;
    try {
      await client.start();
    } catch (error) {
      await this.explain(error);
    }
  }

  async stop(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    if (client?.state === State.Running) {
      await client.stop();
    }
  }

  showOutput(): void {
    this.output.show();
  }

  dispose(): void {
    void this.stop();
    this.output.dispose();
  }

  /** Says why there is no server, and where to mend it. */
  private async explain(error: unknown): Promise<void> {
    const reason = error instanceof Error ? error.message : String(error);
    const message = `\`${command()} lsp\` could not be started: ${reason}. Install gmlc, or set "gml.path" to where it is.`;
    const chosen = await vscode.window.showErrorMessage(message, 'Open settings', 'Show log');
    if (chosen === 'Open settings') {
      await vscode.commands.executeCommand('workbench.action.openSettings', 'gml.path');
    } else if (chosen === 'Show log') {
      this.showOutput();
    }
  }
}
