import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { z } from 'zod/mini';
import { toLogin } from './api/fanfare.ts';
import { RefreshingProvider } from './api/live.tsx';
import { NoSessionError, readSession } from './api/session.ts';
import { RunsProvider } from './pages/dead-letters/runs.tsx';
import { router } from './router.tsx';
import './styles/tokens.css';
import './styles/base.css';
import './styles/components.css';
import './styles/shell.css';
import './styles/forms.css';
import './styles/pages.css';
import './chart/chart.css';

// Zod would otherwise try whether it may compile code, which our content security policy forbids and reports.
z.config({ jitless: true });

const queryClient = new QueryClient({ defaultOptions: { queries: { retry: 1, staleTime: 2000 } } });

async function start(): Promise<void> {
  try {
    await readSession();
  } catch (error) {
    if (error instanceof NoSessionError) return toLogin();
  }
  createRoot(document.getElementById('root') as HTMLElement).render(
    <StrictMode>
      <QueryClientProvider client={queryClient}>
        <RefreshingProvider>
          <RunsProvider>
            <RouterProvider router={router} />
          </RunsProvider>
        </RefreshingProvider>
      </QueryClientProvider>
    </StrictMode>,
  );
}

void start();
