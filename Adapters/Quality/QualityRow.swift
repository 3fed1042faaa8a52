public import AdapterKit
public import CreditModel

/// What a `记录` of 质监 says besides its facts.
extension QualityAdapter {
    static let marks = RowMarks(
        time: "时间戳",
        operation: "操作",
        operations: ["新增": .record, "变更": .record, "删除": .withdrawal]
    )
    private static let numberMark = " 序号 "

    /// The document of a row's place; it tells the file's number too, since that decides between versions.
    static func document(_ dataset: DatasetID, file: String, number: Int64) -> String {
        "\(dataset) \(file)\(numberMark)\(number)"
    }

    /// The file's number in such a document.
    static func number(in document: String) -> Int64? {
        guard let mark = document.ranges(of: numberMark).last, let number = Int64(document[mark.upperBound...]),
            1..<(1 << 31) ~= number
        else { return nil }
        return number
    }

    /// 序号, and then the place in the file.
    static func sequence(_ file: Int64, row: Int) -> Int64 { file << 32 | Int64(row) }

    /// 序号 and the place in the file decide between versions of one second; the row's place names the file.
    public static func record(
        _ row: FeedRow,
        of dataset: DatasetID,
        _ type: RecordType,
        place: RowPlace
    ) throws(RowRejection) -> SourceRecord {
        guard let number = number(in: place.document) else {
            throw RowRejection(rule: "file-unknown", message: "The row's place names no file.")
        }
        return try record(row, of: dataset, type, file: number, place: place)
    }

    static func record(
        _ row: FeedRow,
        of dataset: DatasetID,
        _ type: RecordType,
        file: Int64,
        place: RowPlace
    ) throws(RowRejection) -> SourceRecord {
        try marks.record(
            row,
            of: dataset,
            key: type.key(of: row.fields),
            sequence: sequence(file, row: row.row),
            fields: row.fields(withAttributesBut: ["记录号", "操作", "时间戳"]),
            place: place
        )
    }
}
