import ApprovalEvents
import GRDB
import GRDBSQLite

/// A prepared statement whose values are lent to SQLite for one step, instead of being boxed and copied as GRDB's
/// arguments are: the two statements that run once for every event spent more on their arguments than on their work.
struct BoundStatement {
    private let statement: Statement
    private let database: Database

    init(_ sql: String, in database: Database) throws {
        statement = try database.cachedStatement(sql: sql)
        self.database = database
    }

    /// Runs a statement that gives no rows, with a number, bytes and a number. Returns how many rows it changed.
    @discardableResult
    func run(_ number: Int64, _ text: Text, _ position: Int64) throws -> Int {
        try step { handle in
            sqlite3_bind_int64(handle, 1, number)
            sqlite3_bind_int64(handle, 3, position)
            return text.withBytes { bytes in
                sqlite3_bind_blob(handle, 2, bytes.baseAddress, Int32(bytes.count), nil)
                return sqlite3_step(handle)
            }
        }
        return database.changesCount
    }

    /// The same with bytes and a number.
    func run(_ text: Text, _ position: Int64) throws {
        try step { handle in
            sqlite3_bind_int64(handle, 2, position)
            return text.withBytes { bytes in
                sqlite3_bind_blob(handle, 1, bytes.baseAddress, Int32(bytes.count), nil)
                return sqlite3_step(handle)
            }
        }
    }

    /// The number in the one column of the one row that the statement gives for a number and bytes; nil for no row.
    func number(_ number: Int64, _ text: Text) throws -> Int64? {
        var found: Int64?
        try step { handle in
            sqlite3_bind_int64(handle, 1, number)
            return text.withBytes { bytes in
                sqlite3_bind_blob(handle, 2, bytes.baseAddress, Int32(bytes.count), nil)
                let code = sqlite3_step(handle)
                if code == SQLITE_ROW { found = sqlite3_column_int64(handle, 0) }
                return code
            }
        }
        return found
    }

    /// Nothing that was lent stays bound.
    private func step(_ run: (SQLiteStatement) -> Int32) throws {
        let handle = statement.sqliteStatement
        let code = run(handle)
        defer {
            sqlite3_reset(handle)
            sqlite3_clear_bindings(handle)
        }
        guard code == SQLITE_DONE || code == SQLITE_ROW else {
            throw DatabaseError(
                resultCode: ResultCode(rawValue: code),
                message: database.sqliteConnection.map { String(cString: sqlite3_errmsg($0)) })
        }
    }
}
