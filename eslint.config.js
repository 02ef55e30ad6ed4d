import tseslint from 'typescript-eslint';

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', '.cache/', 'test/**/fixtures/'] },
  ...tseslint.configs.strict,
  {
    files: ['**/*.ts', '**/*.mjs', '**/*.js'],
    rules: {
      // The kernel's tables and invariants: what is looked up there is there.
      '@typescript-eslint/no-non-null-assertion': 'off',
      // Structs of the kernel are classes with fields only.
      '@typescript-eslint/no-extraneous-class': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // Callbacks that do nothing say so by being empty.
      '@typescript-eslint/no-empty-function': 'off',
      'no-debugger': 'error',
      eqeqeq: ['error', 'smart'],
      'no-var': 'error',
      'prefer-const': 'error',
    },
  },
  { files: ['**/*.cjs'], rules: { '@typescript-eslint/no-require-imports': 'off' } },
);
