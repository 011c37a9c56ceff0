import Foundation
import GRDB

/// Columns as the index wrote them. SQLite keeps a value of any type in any column, and converting one would make an
/// answer of what is damage: so another type is nil.
extension Row {
    func integer(_ place: Int) -> Int64? {
        guard case .int64(let integer) = (self[place] as DatabaseValue).storage else { return nil }
        return integer
    }

    func bytes(_ place: Int) -> Data? {
        guard case .blob(let bytes) = (self[place] as DatabaseValue).storage else { return nil }
        return bytes
    }
}

extension Statement {
    /// The one integer that the statement selects; nil if it selects no row.
    ///
    /// - Throws: `IndexError.unusable` where something else stands.
    func integer(_ arguments: StatementArguments = []) throws -> Int64? {
        guard let row = try Row.fetchOne(self, arguments: arguments) else { return nil }
        guard let integer = row.integer(0) else { throw IndexError.unusable("a number cannot be read") }
        return integer
    }
}
