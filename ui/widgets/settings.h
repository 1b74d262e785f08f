// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include <QByteArray>
#include <QSettings>
#include <QString>
#include <QStringList>

namespace fieldmark {

enum class Appearance { System, Light, Dark };

/// What the window remembers between runs, by typed names. Paths of libraries are kept as bytes. UI thread.
/// The file is QSettings' own (fieldmark/fieldmark.conf), or the one given, for tests.
class Settings {
  public:
    explicit Settings(const QString& file = {});

    QByteArray geometry() const { return m_settings.value(QStringLiteral("window/geometry")).toByteArray(); }
    void set_geometry(const QByteArray& bytes) {
        m_settings.setValue(QStringLiteral("window/geometry"), bytes);
    }
    QByteArray splitter() const { return m_settings.value(QStringLiteral("window/splitter")).toByteArray(); }
    void set_splitter(const QByteArray& bytes) {
        m_settings.setValue(QStringLiteral("window/splitter"), bytes);
    }
    bool sidebar_visible() const { return m_settings.value(QStringLiteral("window/sidebar"), true).toBool(); }
    void set_sidebar_visible(bool on) { m_settings.setValue(QStringLiteral("window/sidebar"), on); }
    bool inspector_visible() const {
        return m_settings.value(QStringLiteral("window/inspector"), true).toBool();
    }
    void set_inspector_visible(bool on) { m_settings.setValue(QStringLiteral("window/inspector"), on); }
    bool crop_to_object() const {
        return m_settings.value(QStringLiteral("query/crop_to_object"), false).toBool();
    }
    void set_crop_to_object(bool on) { m_settings.setValue(QStringLiteral("query/crop_to_object"), on); }
    int tile_size() const { return m_settings.value(QStringLiteral("gallery/tile"), 160).toInt(); }
    void set_tile_size(int size) { m_settings.setValue(QStringLiteral("gallery/tile"), size); }
    Appearance appearance() const;
    void set_appearance(Appearance appearance);

    /// Where pictures were last added from, for the file dialog.
    QString last_folder() const { return m_settings.value(QStringLiteral("import/folder")).toString(); }
    void set_last_folder(const QString& folder) {
        m_settings.setValue(QStringLiteral("import/folder"), folder);
    }

    std::string last_library() const;
    /// Latest first, at most eight.
    std::vector<std::string> recent_libraries() const;
    void add_recent_library(const std::string& folder);
    void remove_recent_library(const std::string& folder);
    void clear_last_library() { m_settings.remove(QStringLiteral("libraries/last")); }

    /// Something remembered for one library, by its folder.
    QVariant library_value(const std::string& folder, const QString& key) const;
    void set_library_value(const std::string& folder, const QString& key, const QVariant& value);

    void sync() { m_settings.sync(); }

    /// $XDG_DATA_HOME/fieldmark/NAME.fieldmark, where libraries go that nobody chose a place for.
    static std::string default_library(const QString& name);

  private:
    mutable QSettings m_settings;
};

}  // namespace fieldmark
