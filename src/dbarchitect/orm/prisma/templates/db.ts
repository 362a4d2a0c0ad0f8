import { existsSync } from "node:fs";

import { PrismaPg } from "@prisma/adapter-pg";

import { Prisma, PrismaClient } from "./generated/prisma/client.js";

if (existsSync(".env")) process.loadEnvFile(".env");

function connect(): PrismaClient {
  const connectionString = process.env["DATABASE_URL"];
  if (!connectionString) {
    throw new Error("DATABASE_URL is not set: copy .env.example to .env");
  }
  const adapter = new PrismaPg({
    connectionString,
    max: {{max}}, // connections of this process
    connectionTimeoutMillis: {{timeout}},
    idleTimeoutMillis: {{idle}},
  });
  return new PrismaClient({ adapter });
}

// One client for a process, also where a development server loads this module
// again and again: each client has a pool of its own.
const kept = globalThis as typeof globalThis & { prisma?: PrismaClient };

export const prisma: PrismaClient = kept.prisma ?? connect();
if (process.env["NODE_ENV"] !== "production") kept.prisma = prisma;

/**
 * Run `work` in one transaction; what it throws rolls back. A conflict with
 * another transaction or a deadlock is tried again, so `work` may run twice.
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
        error.code === "P2034";
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
