-- A database as Parvis wrote it when its last step was 0001_conversations. It never changes.
BEGIN TRANSACTION;
CREATE TABLE "_sqlite_migrations" (
   "id" INTEGER PRIMARY KEY,
   "migration_set" TEXT,
   "name" TEXT,
   "applied_at" TEXT
);
INSERT INTO "_sqlite_migrations" VALUES(1,'parvis','0001_conversations','2025-11-20 12:00:00.000000+00:00');
CREATE TABLE "conversations" (
   "conversation" TEXT PRIMARY KEY NOT NULL,
   "at" TEXT NOT NULL,
   "entry_id" TEXT,
   "place_id" TEXT,
   "choices" TEXT NOT NULL,
   "awaiting" TEXT,
   "language" TEXT
) STRICT;
INSERT INTO "conversations" VALUES('c1','2025-11-20T12:00:00.000000+00:00','carte-identite',NULL,'[{"number": 1, "label": "La piscine", "target": "piscine"}]',NULL,'en');
CREATE UNIQUE INDEX "idx__sqlite_migrations_migration_set_name"
    ON "_sqlite_migrations" ("migration_set", "name");
COMMIT;
