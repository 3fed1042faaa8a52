import AdapterKit
import CreditModel

/// What a `ROW` of 红盾 says besides its fields: the same for rows that were pulled and rows that are read again.
enum HongDunRow {
    private static let attributes: Set = ["SEQ", "OP", "TS"]

    static func time(_ row: FeedRow) -> LocalTime? { row.attribute("TS").flatMap { LocalTime($0) } }

    static func record(
        _ row: FeedRow,
        of dataset: DatasetID,
        _ type: RecordType,
        place: RowPlace
    ) throws(RowRejection) -> SourceRecord {
        guard let key = type.key(of: row.fields) else {
            throw RowRejection(rule: "key-missing", message: "A part of the record's key is empty.")
        }
        guard let time = time(row) else {
            throw RowRejection(rule: "time-missing", field: "TS", message: "TS is missing or no time.")
        }
        guard let sequence = row.attribute("SEQ").flatMap({ Int64($0) }), sequence >= 0 else {
            throw RowRejection(rule: "sequence-missing", field: "SEQ", message: "SEQ is missing or no number.")
        }
        let operation: Operation
        switch row.attribute("OP") {
        case "I", "U": operation = .record
        case "D": operation = .withdrawal
        default: throw RowRejection(rule: "operation-unknown", field: "OP", message: "OP is none of I, U and D.")
        }
        return SourceRecord(
            dataset: dataset,
            key: key,
            operation: operation,
            modified: time,
            sequence: sequence,
            fields: row.fields(withAttributesBut: attributes),
            original: row.original,
            place: place
        )
    }
}
