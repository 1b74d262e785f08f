// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "ui/widgets/settings.h"

#include <QCryptographicHash>
#include <QFile>
#include <QStandardPaths>

namespace fieldmark {
namespace {

constexpr int max_recent = 8;

QByteArray to_bytes(const std::string& text) {
    return QByteArray::fromStdString(text);
}

QString library_key(const std::string& folder, const QString& key) {
    const QByteArray digest =
        QCryptographicHash::hash(to_bytes(folder), QCryptographicHash::Sha1).toHex().left(16);
    return QStringLiteral("library/%1/%2").arg(QString::fromLatin1(digest), key);
}

}  // namespace

Settings::Settings(const QString& file)
    : m_settings(file.isEmpty() ? QStandardPaths::writableLocation(QStandardPaths::GenericConfigLocation) +
                                      QStringLiteral("/fieldmark/fieldmark.conf")
                                : file,
                 QSettings::IniFormat) {}

Appearance Settings::appearance() const {
    const QString name = m_settings.value(QStringLiteral("window/appearance")).toString();
    if (name == QLatin1String("light")) return Appearance::Light;
    if (name == QLatin1String("dark")) return Appearance::Dark;
    return Appearance::System;
}

void Settings::set_appearance(Appearance appearance) {
    const QString name = appearance == Appearance::Light  ? QStringLiteral("light")
                         : appearance == Appearance::Dark ? QStringLiteral("dark")
                                                          : QStringLiteral("system");
    m_settings.setValue(QStringLiteral("window/appearance"), name);
}

std::string Settings::last_library() const {
    return m_settings.value(QStringLiteral("libraries/last")).toByteArray().toStdString();
}

std::vector<std::string> Settings::recent_libraries() const {
    std::vector<std::string> folders;
    const QList<QVariant> stored = m_settings.value(QStringLiteral("libraries/recent")).toList();
    for (const QVariant& one : stored) folders.push_back(one.toByteArray().toStdString());
    return folders;
}

void Settings::add_recent_library(const std::string& folder) {
    m_settings.setValue(QStringLiteral("libraries/last"), to_bytes(folder));
    QList<QVariant> stored = m_settings.value(QStringLiteral("libraries/recent")).toList();
    stored.removeAll(QVariant(to_bytes(folder)));
    stored.prepend(to_bytes(folder));
    while (stored.size() > max_recent) stored.removeLast();
    m_settings.setValue(QStringLiteral("libraries/recent"), stored);
}

void Settings::remove_recent_library(const std::string& folder) {
    QList<QVariant> stored = m_settings.value(QStringLiteral("libraries/recent")).toList();
    stored.removeAll(QVariant(to_bytes(folder)));
    m_settings.setValue(QStringLiteral("libraries/recent"), stored);
}

QVariant Settings::library_value(const std::string& folder, const QString& key) const {
    return m_settings.value(library_key(folder, key));
}

void Settings::set_library_value(const std::string& folder, const QString& key, const QVariant& value) {
    m_settings.setValue(library_key(folder, key), value);
}

std::string Settings::default_library(const QString& name) {
    const QString folder = QStandardPaths::writableLocation(QStandardPaths::GenericDataLocation);
    return QFile::encodeName(folder + QStringLiteral("/fieldmark/%1.fieldmark").arg(name)).toStdString();
}

}  // namespace fieldmark
