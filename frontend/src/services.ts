/**
 * What KernelConnection needs of `@jupyterlab/services` and `@jupyterlab/coreutils`, and nothing else. The build
 * puts this file in the place of both packages' indexes, which would bring contents, settings, terminals and users.
 */
export { PageConfig } from '@jupyterlab/coreutils/lib/pageconfig';
export { URLExt } from '@jupyterlab/coreutils/lib/url';
export { CommsOverSubshells } from '@jupyterlab/services/lib/kernel/comm';
export { KernelConnection } from '@jupyterlab/services/lib/kernel/default';
export { ServerConnection } from '@jupyterlab/services/lib/serverconnection';
