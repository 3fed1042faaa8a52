extension RecordWriter {
    mutating func writeTaxpayer() {}
    mutating func writeTaxEvents() {}
    mutating func writeQuality() {}
    mutating func writeInspections() {}
    mutating func writeDoublePublicity() {}
}
