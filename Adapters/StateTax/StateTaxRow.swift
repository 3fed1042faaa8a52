import AdapterKit
import CreditModel

/// What a `ROW` of 国税 says besides its facts: the same for rows that were pulled and rows that are read again.
enum StateTaxRow {
    static func time(_ row: FeedRow) -> LocalTime? { text("XGSJ", row).flatMap { LocalTime($0) } }

    private static func text(_ name: String, _ row: FeedRow) -> String? {
        row.fields.first { $0.name == name }.map { KeyText.trimmed($0.text) }
    }

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
            throw RowRejection(rule: "time-missing", field: "XGSJ", message: "XGSJ is missing or no time.")
        }
        let operation: Operation
        switch text("YXBZ", row) {
        case "Y": operation = .record
        case "N": operation = .withdrawal
        default: throw RowRejection(rule: "operation-unknown", field: "YXBZ", message: "YXBZ is neither Y nor N.")
        }
        return SourceRecord(
            dataset: dataset,
            key: key,
            operation: operation,
            modified: time,
            sequence: 0,
            fields: row.fields(withAttributesBut: []),
            original: row.original,
            place: place
        )
    }
}
