/** The graph of a project beside its program, as `gmlc graph --format svg` draws it. */
import { execFile } from 'node:child_process';
import * as path from 'node:path';
import { promisify } from 'node:util';

import * as vscode from 'vscode';

import { command } from './settings';

const run = promisify(execFile);

/** A picture of more than this is not shown. */
const MAX_BYTES = 32 * 1024 * 1024;

interface Failure {
  stderr?: string;
  message: string;
}

export class GraphPanel {
  private static open: GraphPanel | undefined;

  private readonly panel: vscode.WebviewPanel;
  private readonly subscriptions: vscode.Disposable[] = [];
  /** The drawing that was asked for last; what earlier ones bring comes too late. */
  private latest = 0;

  private constructor(private file: string) {
    const column = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true };
    this.panel = vscode.window.createWebviewPanel('gml.graph', 'GML graph', column, { enableFindWidget: true });
    this.subscriptions.push(
      vscode.workspace.onDidSaveTextDocument((document) => {
        if (document.languageId === 'gml') {
          void this.draw();
        }
      }),
    );
    this.panel.onDidDispose(() => {
      GraphPanel.open = undefined;
      vscode.Disposable.from(...this.subscriptions).dispose();
    });
  }

  /** Draws the graph of the program in the editor at hand, again whenever a program is saved. */
  static async show(): Promise<void> {
    const document = vscode.window.activeTextEditor?.document;
    if (document?.languageId !== 'gml' || document.isUntitled) {
      await vscode.window.showInformationMessage('Open a saved .gml file to see its graph.');
      return;
    }
    await document.save();
    const panel = (GraphPanel.open ??= new GraphPanel(document.fileName));
    panel.file = document.fileName;
    panel.panel.reveal(undefined, true);
    await panel.draw();
  }

  private async draw(): Promise<void> {
    this.latest += 1;
    const drawing = this.latest;
    const project = await this.project();
    let body: string;
    try {
      const { stdout } = await run(command(), ['graph', '--project', project, '--format', 'svg'], {
        cwd: path.dirname(this.file),
        maxBuffer: MAX_BYTES,
      });
      body = picture(stdout);
    } catch (error) {
      const failure = error as Failure;
      body = `<p>The graph cannot be drawn:</p><pre>${escaped(failure.stderr?.trim() ?? failure.message)}</pre>`;
    }
    if (drawing === this.latest) {
      this.panel.title = `Graph of ${path.basename(project)}`;
      this.panel.webview.html = page(body);
    }
  }

  /** The nearest folder above with a `main.gml`, else the file itself. */
  private async project(): Promise<string> {
    for (let folder = path.dirname(this.file); ; folder = path.dirname(folder)) {
      try {
        await vscode.workspace.fs.stat(vscode.Uri.file(path.join(folder, 'main.gml')));
        return folder;
      } catch {
        if (folder === path.dirname(folder)) {
          return this.file;
        }
      }
    }
  }
}

/** The picture as an image: whatever stands in it, an image runs no script. */
function picture(svg: string): string {
  return `<img alt="The graph of the program" src="data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}">`;
}

function page(body: string): string {
  const policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'";
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<style>body { padding: 1rem } img { max-width: none; background: white } pre { white-space: pre-wrap }</style>
</head>
<body>${body}</body>
</html>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
