/**
 * The parts of `@jupyterlab/services` and `@jupyterlab/coreutils` that KernelConnection needs. The build uses this
 * file in place of both packages' indexes, which would add contents, settings, terminals and users.
 */
export { PageConfig } from '@jupyterlab/coreutils/lib/pageconfig';
export { URLExt } from '@jupyterlab/coreutils/lib/url';
export { CommsOverSubshells } from '@jupyterlab/services/lib/kernel/comm';
export { KernelConnection } from '@jupyterlab/services/lib/kernel/default';
export { ServerConnection } from '@jupyterlab/services/lib/serverconnection';
