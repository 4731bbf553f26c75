import { dispatch } from './cli/dispatch.ts';

// A reader that has seen enough (`nodelet ps | head`) is no error.
process.stdout.on('error', (error) => {
  if ('code' in error && error.code === 'EPIPE') process.exit(0);
  throw error;
});

process.exitCode = await dispatch(process.argv.slice(2));
