import { existsSync } from "node:fs";

{{importing}}
import { Prisma, PrismaClient } from "./generated/prisma/client.js";

if (existsSync(".env")) process.loadEnvFile(".env");

function connect(): PrismaClient {
  const url = process.env["DATABASE_URL"];
  if (!url) {
    throw new Error("DATABASE_URL is not set: copy .env.example to .env");
  }
{{connecting}}  return new PrismaClient({ adapter });
}

// One client for a process, also where a development server loads this module
// again and again: each client has a {{kept}} of its own.
const kept = globalThis as typeof globalThis & { prisma?: PrismaClient };

export const prisma: PrismaClient = kept.prisma ?? connect();
if (process.env["NODE_ENV"] !== "production") kept.prisma = prisma;

/**
 * Run `work` in one transaction; what it throws rolls back. {{repeated}} is tried again, so `work` may run twice.
 */
export async function transaction<T>(
  work: (tx: Prisma.TransactionClient) => Promise<T>,
  attempts = 3,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await prisma.$transaction(work);
    } catch (error) {
      const again =
        error instanceof Prisma.PrismaClientKnownRequestError &&
        {{again}};
      if (!again || attempt >= attempts) throw error;
    }
  }
}

class RolledBack extends Error {}

/** Run `work` in a transaction that is always rolled back: for tests. */
export async function rolledBack(
  work: (tx: Prisma.TransactionClient) => Promise<void>,
): Promise<void> {
  try {
    await prisma.$transaction(async (tx) => {
      await work(tx);
      throw new RolledBack();
    });
  } catch (error) {
    if (!(error instanceof RolledBack)) throw error;
  }
}
