public import CreditModel

/// How a dialect marks a row: when it was modified, and what becomes of its record.
public struct RowMarks: Sendable {
    private let time: String
    private let operation: String
    private let operations: [String: Operation]
    private let areAttributes: Bool

    /// Says where the marks stand.
    ///
    /// - Parameters:
    ///   - time: the name of the time of modification.
    ///   - operation: the name of what becomes of the record.
    ///   - operations: what its values mean.
    ///   - areAttributes: whether both are attributes of the row's start tag; elements in the row if not.
    public init(time: String, operation: String, operations: [String: Operation], areAttributes: Bool = true) {
        self.time = time
        self.operation = operation
        self.operations = operations
        self.areAttributes = areAttributes
    }

    /// When the row was modified; nil where it does not tell.
    public func time(of row: FeedRow) -> LocalTime? { text(time, row).flatMap { LocalTime($0) } }

    /// The record of a row.
    ///
    /// - Parameters:
    ///   - row: the row.
    ///   - dataset: where it stood.
    ///   - key: its record's key.
    ///   - sequence: what decides between versions of one second; 0 where the dialect has nothing.
    ///   - fields: its facts.
    ///   - place: where it stood.
    /// - Returns: the record, which names the row's bytes and place.
    /// - Throws: ``RowRejection`` `key-missing`, `time-missing` or `operation-unknown`.
    public func record(
        _ row: FeedRow,
        of dataset: DatasetID,
        key: RecordKey?,
        sequence: Int64 = 0,
        fields: [RawField],
        place: RowPlace
    ) throws(RowRejection) -> SourceRecord {
        guard let key else {
            throw RowRejection(rule: "key-missing", message: "A part of the record's key is empty.")
        }
        guard let modified = time(of: row) else {
            throw RowRejection(rule: "time-missing", field: time, message: "\(time) is missing or no time.")
        }
        guard let operation = text(operation, row).flatMap({ operations[$0] }) else {
            throw RowRejection(
                rule: "operation-unknown",
                field: self.operation,
                message: "\(self.operation) is none of \(operations.keys.sorted().joined(separator: ", "))."
            )
        }
        return SourceRecord(
            dataset: dataset,
            key: key,
            operation: operation,
            modified: modified,
            sequence: sequence,
            fields: fields,
            original: row.original,
            place: place
        )
    }

    private func text(_ name: String, _ row: FeedRow) -> String? {
        if areAttributes { return row.attribute(name) }
        return row.fields.first { $0.name == name }.map { KeyText.trimmed($0.text) }
    }
}
