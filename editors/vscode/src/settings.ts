/** What the user has set. */
import * as vscode from 'vscode';

/** The `gmlc` command. */
export function command(): string {
  return vscode.workspace.getConfiguration('gml').get<string>('path')?.trim() ?? 'gmlc';
}

/** What stands behind `gmlc lsp`. */
export function serverArguments(): string[] {
  return vscode.workspace.getConfiguration('gml').get<string[]>('server.arguments') ?? [];
}
