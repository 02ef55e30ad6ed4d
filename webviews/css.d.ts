/** Only the bundler processes imported stylesheets. */
declare module '*.css';
