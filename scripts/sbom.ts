/**
 * A software bill of materials (CycloneDX 1.6, JSON): scanners look for packages in `node_modules`, and the libraries of
 * this package are inside its chunks. The same input gives the same bytes: no time, no serial number.
 */
import { Buffer } from 'node:buffer';
import type { BundledPackage } from './bundled-packages.ts';

export interface Product {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly license: string;
}

export function renderSbom(product: Product, packages: readonly BundledPackage[]): string {
  // One that is installed in two places is one component.
  const components = new Map(packages.map((one) => [purlOf(one), one]));
  const sbom = {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      lifecycles: [{ phase: 'build' }],
      component: { type: 'application', ...identity(product), description: product.description },
    },
    components: Array.from(components.values(), libraryOf),
  };
  return `${JSON.stringify(sbom, undefined, 2)}\n`;
}

function libraryOf(one: BundledPackage): Readonly<Record<string, unknown>> {
  const content = Buffer.from(one.integrity.slice('sha512-'.length), 'base64').toString('hex');
  return { type: 'library', ...identity(one), scope: 'required', hashes: [{ alg: 'SHA-512', content }] };
}

function identity(one: Pick<Product, 'name' | 'version' | 'license'>): Readonly<Record<string, unknown>> {
  const [, group, name] = /^(?:(@[^/]+)\/)?(.+)$/.exec(one.name) ?? [];
  const isIdentifier = /^[\w.+-]+$/.test(one.license);
  return {
    'bom-ref': purlOf(one),
    ...(group === undefined ? {} : { group }),
    name,
    version: one.version,
    purl: purlOf(one),
    licenses: [isIdentifier ? { license: { id: one.license } } : { expression: one.license }],
  };
}

/** https://github.com/package-url/purl-spec */
function purlOf({ name, version }: Pick<Product, 'name' | 'version'>): string {
  return `pkg:npm/${name.replace('@', '%40')}@${version}`;
}
